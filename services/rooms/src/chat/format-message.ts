import type { ChatMessage } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Message } from './chat-store.ts';

export const formatMessage = ({ id, roomId, userId, text, sentAt }: Message): ChatMessage => ({
  id,
  roomId,
  userId,
  text,
  sentAt,
});
