import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Handlers } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { formatMessage } from './format-message.ts';
import { parseSaying } from './parse-saying.ts';
import { sendChat } from './send-chat.ts';

export const chatHandlers = (deps: Deps) =>
  ({
    sendChat: async (request, call) => ({ message: formatMessage(await sendChat(deps, call, parseSaying(request))) }),
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;
