/** Gifts: the catalogue, sending, and what was sent. */
import { defineArea } from '../../area.ts';
import { silent } from '../../translate/table.ts';
import { createGift, updateGift } from './change-gifts.ts';
import { clients } from './clients.ts';
import { giftSend } from './gift-send.ts';
import { giftSent, showGift } from './gift-sent.ts';
import { listGifts } from './list-gifts.ts';
import { listRoomGifts, listSentGifts } from './list-sent-gifts.ts';
import { sendGift, sendGiftInRoom } from './send-gift.ts';

export const gifts = defineArea({
  name: 'gifts',
  clients,
  routes: [listGifts, sendGift, listSentGifts, sendGiftInRoom, listRoomGifts, createGift, updateGift],
  commands: [giftSend],
  emits: [giftSent],
  shows: { giftSent: showGift, catalogueChanged: silent },
});
