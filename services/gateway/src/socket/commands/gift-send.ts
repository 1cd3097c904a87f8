import * as fields from '../../http/fields.ts';
import { anyGift, sendGift } from '../../send-gift.ts';
import { defineCommand } from '../command.ts';

export const giftSend = defineCommand({
  event: 'gift.send',
  payload: anyGift.extend({ id: fields.exactText(1, 128, 'must be 1 to 128 printable characters') }),
  run: async (deps, _session, { id, ...gift }, call) => ({ data: await sendGift(deps, id, gift, call) }),
});
