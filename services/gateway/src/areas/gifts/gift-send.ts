import * as fields from '../../http/fields.ts';
import { defineCommand } from './clients.ts';
import { anyGift, send } from './sending.ts';
import { receiptExample, sentGiftReceipt } from './sent-gift.ts';

export const giftSend = defineCommand({
  event: 'gift.send',
  summary:
    'Send a gift. Safe to repeat under the same `id`: it is paid for once, and every repeat is answered the same.',
  payload: anyGift.extend({
    id: fields
      .exactText(1, 128, 'must be 1 to 128 printable characters')
      .describe('Of the client’s making, unique for its user: what it is sent under, and repeated under.'),
  }),
  ack: sentGiftReceipt,
  refusals: [
    ...['USER_NOT_FOUND', 'GIFT_NOT_FOUND', 'GIFT_INACTIVE', 'PRICE_CHANGED', 'GIFT_TO_SELF', 'RECIPIENT_REPEATED'],
    ...['ROOM_NOT_FOUND', 'ROOM_CLOSED', 'SENDER_NOT_IN_ROOM', 'SENDER_BLOCKED', 'RECIPIENT_NOT_IN_ROOM'],
    ...['ROOM_REFUSES_GIFT', 'INSUFFICIENT_FUNDS', 'ACCOUNT_FROZEN', 'ID_REUSED'],
  ],
  example: {
    payload: {
      id: '0199d2f4-5e7a-7cc1-9d3b-2f1e6a8b4c11',
      roomId: 42,
      giftId: 3,
      quantity: 2,
      recipientIds: [8],
      comboId: 'combo-1',
      expectedPrice: '100.00',
    },
    data: receiptExample,
  },
  run: async (deps, _session, { id, ...gift }, call) => ({ data: await send(deps, id, gift, call) }),
});
