import { errorCatalogue } from '@fanfare/kit';

export const errors = errorCatalogue({
  USER_NOT_FOUND: ['not_found', 'There is no such user.'],
  GIFT_NOT_FOUND: ['not_found', 'There is no such gift.'],
  GIFT_INACTIVE: ['failed_precondition', 'This gift is no longer available.'],
  GIFT_NAME_TAKEN: ['already_exists', 'There is a gift of this name already.'],
  PRICE_CHANGED: ['failed_precondition', 'The price has changed. Expected: {expected}, Actual: {actual}'],
  GIFT_TO_SELF: ['invalid', 'You cannot send a gift to yourself.'],
  RECIPIENT_REPEATED: ['invalid', 'Each recipient may be named once.'],
  ROOM_NOT_FOUND: ['not_found', 'There is no such room.'],
  ROOM_CLOSED: ['failed_precondition', 'The room is closed.'],
  SENDER_NOT_IN_ROOM: ['forbidden', 'Join the room before you send a gift there.'],
  SENDER_BLOCKED: ['forbidden', 'You are blocked in this room.'],
  RECIPIENT_NOT_IN_ROOM: ['failed_precondition', 'A recipient is not in the room.'],
  ROOM_REFUSES_GIFT: ['failed_precondition', 'The room does not take this gift.'],
});
