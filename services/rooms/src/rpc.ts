/** Every RPC of the service, by aggregate. One that is forgotten does not compile. */
import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import type { Handlers } from '@fanfare/kit';
import { blockHandlers } from './blocks/rpc.ts';
import { chatHandlers } from './chat/rpc.ts';
import type { Deps } from './deps.ts';
import { giftCheckHandlers } from './gift-checks/rpc.ts';
import { participationHandlers } from './participation/rpc.ts';
import { roomHandlers } from './rooms/rpc.ts';
import { snapshotHandlers } from './snapshot/rpc.ts';

export const handlers = (deps: Deps): Handlers<typeof RoomsServiceService> => ({
  ...roomHandlers(deps),
  ...participationHandlers(deps),
  ...blockHandlers(deps),
  ...chatHandlers(deps),
  ...snapshotHandlers(deps),
  ...giftCheckHandlers(deps),
});
