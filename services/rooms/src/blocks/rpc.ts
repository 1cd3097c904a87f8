import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type Handlers, parseId } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { blockUser } from './block-user.ts';
import { parseBlock } from './parse-block.ts';
import { unblockUser } from './unblock-user.ts';

export const blockHandlers = (deps: Deps) =>
  ({
    blockUser: async (request, call) => {
      await blockUser(deps, call, parseBlock(request));
      return {};
    },

    unblockUser: async ({ roomId, userId }, call) => {
      await unblockUser(deps, call, { roomId: parseId('roomId', roomId), userId: parseId('userId', userId) });
      return {};
    },
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;
