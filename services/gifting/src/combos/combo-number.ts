/** What becomes of the combo number that an attempt took, once its ledger has answered. Pure. */
import type { Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import { type ErrorKind, KINDS } from '@fanfare/kit';
import { decodeContext } from '../sending/gift-context.ts';

/**
 * Whether it is certain that no gift carries this attempt's number, nor ever will. What was posted says so by its own
 * number, and not by `repeated`: that is also what an attempt hears whose first answer was lost, and whose number the
 * gift therefore has. While the outcome is open (dropped, unavailable, overloaded, an internal error, a kind of a newer
 * release) an earlier copy of the command may still be posted, and the number is lost rather than given out twice.
 */
export function isNumberUnused({ receipt, refusal }: Verdict, comboCount: number): boolean {
  if (receipt !== undefined) return receipt.repeated && decodeContext(receipt.context).comboCount !== comboCount;
  return refusal !== undefined && isDefinite(refusal.kind);
}

/** The ledger's own verdict, which no other copy of the command can escape. */
const isDefinite = (kind: string): boolean =>
  Object.hasOwn(KINDS, kind) && kind !== 'internal' && !KINDS[kind as ErrorKind].retryable;
