import type { GrantRequest, GrantResponse } from '@fanfare/contracts/economy/v1/economy_service';
import type { Call } from '@fanfare/kit';
import type { Engine } from '../posting/engine.ts';
import { moveIssued } from './move-issued.ts';

/** Gives a user an asset out of the issuance account. */
export async function grantAsset(engine: Engine, request: GrantRequest, call: Call): Promise<GrantResponse> {
  const { id, userId, amount, reason, createdAt } = await moveIssued(engine, request, call, {
    operation: 'grant',
    action: 'wallet.grant',
    problem: (minor) => (minor <= 0n ? 'must be more than zero' : null),
  });
  return { id, userId, amount, reason, createdAt };
}
