import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type Moved, type MovementInput, moveIssued } from './move-issued.ts';

const GRANT = {
  operation: 'grant',
  action: 'wallet.grant',
  problem: (minor: bigint) => (minor <= 0n ? 'must be more than zero' : null),
};

/** Gives a user an asset out of the issuance account. */
export const grantAsset = (deps: Pick<Deps, 'engine' | 'users'>, call: Call, input: MovementInput): Promise<Moved> =>
  moveIssued(deps, call, GRANT, input);
