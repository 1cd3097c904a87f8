import { errorCatalogue } from '@fanfare/kit';

export const errors = errorCatalogue({
  ROOM_NOT_FOUND: ['not_found', 'There is no room {roomId}.'],
  ROOM_CLOSED: ['failed_precondition', 'Room {roomId} is closed.'],
  ROOM_LIMIT_REACHED: ['failed_precondition', 'You already own {limit} active room(s), which is as many as you may.'],
  ROOM_CAPACITY_EXCEEDED: ['failed_precondition', 'Room {roomId} has reached maximum capacity of {maxCapacity}'],
  USER_NOT_FOUND: ['not_found', 'There is no such user.'],
  USER_BLOCKED: ['forbidden', 'You are blocked in room {roomId}.'],
  UNAUTHORIZED_ROOM_ACTION: ['forbidden', 'Unauthorized to perform {action} in room {roomId}'],
  NOT_A_PARTICIPANT: ['failed_precondition', 'You are not a participant of room {roomId}.'],
  ID_REUSED: ['already_exists', 'This id was used before with another {field}.'],
  TOKEN_INVALID: ['unauthenticated', 'The room token is not valid.'],
  TOKEN_EXPIRED: ['unauthenticated', 'The room token has expired. Refresh it.'],
});
