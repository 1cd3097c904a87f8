/** Every RPC of the service, by aggregate. One that is forgotten does not compile. */
import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { Handlers } from '@fanfare/kit';
import { accountHandlers } from './accounts/rpc.ts';
import type { Deps } from './deps.ts';
import { keyHandlers } from './keys/rpc.ts';
import { moderationHandlers } from './moderation/rpc.ts';
import { sessionHandlers } from './sessions/rpc.ts';

export const handlers = (deps: Deps): Handlers<typeof IdentityServiceService> => ({
  ...accountHandlers(deps),
  ...sessionHandlers(deps),
  ...moderationHandlers(deps),
  ...keyHandlers(deps),
});
