import type { SendChatRequest } from '@fanfare/contracts/rooms/v1/rooms_service';
import { parseId, parseOpaqueId } from '@fanfare/kit';
import { parseText } from '../parse-text.ts';
import { CHAT_TEXT } from '../text-limit.ts';
import type { NewSaying } from './send-chat.ts';

/** @throws INVALID_ARGUMENT */
export const parseSaying = ({ id, roomId, text }: SendChatRequest): NewSaying => ({
  id: parseOpaqueId('id', id),
  roomId: parseId('roomId', roomId),
  text: parseText('text', text, CHAT_TEXT),
});
