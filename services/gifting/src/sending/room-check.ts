/** Asking rooms, which owns the truth, whether gifts may be sent in their rooms. */
import type { GiftCheck, GiftVerdict, RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type AppError, type RpcClient, serviceCaller } from '@fanfare/kit';
import type { Waiting } from '../coalescer.ts';
import { errors } from '../errors.ts';

type CheckGifts = RpcClient<typeof RoomsServiceService>['call']['checkGifts'];

const CALL_DEADLINE_MS = 2000;
const CALLER = serviceCaller('gifting');

const KNOWN = {
  ROOM_NOT_FOUND: errors.ROOM_NOT_FOUND,
  ROOM_CLOSED: errors.ROOM_CLOSED,
  SENDER_NOT_IN_ROOM: errors.SENDER_NOT_IN_ROOM,
  SENDER_BLOCKED: errors.SENDER_BLOCKED,
  RECIPIENT_NOT_IN_ROOM: errors.RECIPIENT_NOT_IN_ROOM,
} as const;

/** @returns checks a batch in one call; an error for each gift that may not be sent, null for the others, in order */
export function roomCheck(
  checkGifts: CheckGifts,
): (batch: readonly Waiting<GiftCheck>[]) => Promise<readonly (AppError | null)[]> {
  return async (batch) => {
    const checks = batch.map(({ item }) => item);
    const { verdicts } = await checkGifts({ checks }, { caller: CALLER, deadlineMs: CALL_DEADLINE_MS });
    return verdicts.map(refusalOf);
  };
}

/** A reason of a newer release of rooms is still a refusal. */
function refusalOf({ reason, metadata }: GiftVerdict): AppError | null {
  if (reason === '') return null;
  const known = Object.entries(KNOWN).find(([name]) => name === reason)?.[1];
  return known === undefined ? errors.ROOM_REFUSES_GIFT({ ...metadata, reason }) : known(metadata);
}
