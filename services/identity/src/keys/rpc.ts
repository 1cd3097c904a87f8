import type { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import type { Handlers } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { rotateKey } from './rotate-key.ts';

export const keyHandlers = (deps: Deps) =>
  ({
    getKeySet: async () => ({ jwks: await deps.keys.keySet() }),

    rotateKey: async (_request, call) => ({ keyId: await rotateKey(deps, call) }),
  }) satisfies Partial<Handlers<typeof IdentityServiceService>>;
