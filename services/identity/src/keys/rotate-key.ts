import { recordAudit } from '@fanfare/database';
import { type Call, requireRole } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { verifiesUntil } from './key-states.ts';
import { insertKey, lockKeys, newKey, promoteNext } from './key-store.ts';

/**
 * Signs with the key that is published already and publishes a new next one. Nobody is logged out: the retired key
 * verifies until the last token it signed has expired. @returns the id of the key that signs now. @throws FORBIDDEN
 */
export async function rotateKey(deps: Deps, call: Call): Promise<string> {
  requireRole(call.caller, 'admin');
  const next = await newKey(deps.vault);
  const now = deps.clock.now();
  const keyId = await deps.database.transaction(async (tx) => {
    await lockKeys(tx);
    const current = await promoteNext(tx, now, verifiesUntil(now, deps.times.accessTtlSeconds));
    await insertKey(tx, next, 'next', now);
    await recordAudit(tx, call, { action: 'signing_key.rotate', target: `signing_key:${current}`, reason: 'rotation' });
    return current;
  });
  deps.keys.refresh();
  return keyId;
}
