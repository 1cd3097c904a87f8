import type { AdjustRequest, AdjustResponse } from '@fanfare/contracts/economy/v1/economy_service';
import type { Call } from '@fanfare/kit';
import type { Engine } from '../posting/engine.ts';
import { moveIssued } from './move-issued.ts';

/** Corrects a balance against the issuance account, either way. A correction makes no debt. */
export const adjustBalance = (engine: Engine, request: AdjustRequest, call: Call): Promise<AdjustResponse> =>
  moveIssued(engine, request, call, {
    operation: 'adjustment',
    action: 'wallet.adjust',
    problem: (minor) => (minor === 0n ? 'must not be zero' : null),
  });
