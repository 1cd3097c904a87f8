import type { Call } from '@fanfare/kit';
import type { Deps } from '../deps.ts';
import { type Moved, type MovementInput, moveIssued } from './move-issued.ts';

const ADJUSTMENT = {
  operation: 'adjustment',
  action: 'wallet.adjust',
  problem: (minor: bigint) => (minor === 0n ? 'must not be zero' : null),
};

/** Corrects a balance against the issuance account, either way. A correction makes no debt. */
export const adjustBalance = (deps: Pick<Deps, 'engine' | 'users'>, call: Call, input: MovementInput): Promise<Moved> =>
  moveIssued(deps, call, ADJUSTMENT, input);
