import type { BlockUserRequest } from '@fanfare/contracts/rooms/v1/rooms_service';
import { parseId } from '@fanfare/kit';
import { parseOptionalText } from '../parse-text.ts';
import { BLOCK_REASON } from '../text-limit.ts';
import type { Block } from './block-user.ts';

/** @throws INVALID_ARGUMENT */
export const parseBlock = ({ roomId, userId, reason }: BlockUserRequest): Block => ({
  reason: parseOptionalText('reason', reason, BLOCK_REASON),
  roomId: parseId('roomId', roomId),
  userId: parseId('userId', userId),
});
