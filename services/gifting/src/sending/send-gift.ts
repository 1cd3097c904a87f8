/**
 * Sending a gift: price it, ask rooms, number the combo, and let the ledger decide. Round trips are shared with whatever
 * else is being sent. The ledger's commit is the gift: nothing here is written before it but the combo's number, and
 * what follows (history, announcement) follows from the ledger's event.
 */

import type { KnownUsers } from '@fanfare/backend';
import type { PostCommand, Receipt, Refusal, Verdict } from '@fanfare/contracts/economy/v1/economy_service';
import type { SendGiftResponse } from '@fanfare/contracts/gifting/v1/gifting_service';
import type { GiftCheck } from '@fanfare/contracts/rooms/v1/rooms_service';
import { AppError, commonErrors, type ErrorKind, KINDS } from '@fanfare/kit';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Gift, refusalBy } from '../catalogue/gift.ts';
import { isNumberUnused } from '../combos/combo-number.ts';
import type { Combos } from '../combos/combos.ts';
import type { Split } from './distribution.ts';
import { decodeContext, sentGiftOf } from './gift-context.ts';
import { acceptCommand, type Origin, refuseCommand } from './ledger-command.ts';
import type { GiftRequest } from './send-request.ts';

export interface SendDeps {
  readonly catalogue: Catalogue;
  readonly combos: Combos;
  readonly users: KnownUsers;
  readonly split: Split;
  /** An error when the gift may not be sent in its room. */
  readonly checkRoom: (check: GiftCheck, until: number) => Promise<AppError | null>;
  readonly post: (command: PostCommand, until: number) => Promise<Verdict>;
}

export interface Sent {
  readonly response: SendGiftResponse;
  readonly repeated: boolean;
}

/**
 * @param until on the monotonic clock: how long the sender waits
 * @throws USER_NOT_FOUND and GIFT_NOT_FOUND unrecorded (no gift was ever accepted for somebody who does not exist, or
 * that was not in the catalogue, from which none is deleted); any other refusal as the ledger recorded it under the id; DEADLINE_EXCEEDED, UNAVAILABLE or OVERLOADED when
 * the outcome is unknown or nothing was done: the same request may be sent again
 */
export async function sendGift(deps: SendDeps, request: GiftRequest, origin: Origin, until: number): Promise<Sent> {
  // Also in a room: rooms may be configured not to ask who is in it.
  await deps.users.require(request.recipientIds);
  const { gift, refusal: priced } = await priceGift(deps.catalogue, request);
  if (gift === undefined) throw priced ?? commonErrors.INTERNAL();
  const refusal = priced ?? (await refusalByRoom(deps, request, until));
  // Recorded, and not just thrown: if this id was accepted before, the answer is its receipt, whatever has changed.
  if (refusal !== null) return conclude(await deps.post(refuseCommand(request, refusal, origin), until));

  const comboCount = await deps.combos.next(request, until);
  const verdict = await deps.post(acceptCommand(request, gift, deps.split, comboCount, origin), until);
  if (isNumberUnused(verdict, comboCount)) await deps.combos.giveBack(request, comboCount);
  return conclude(verdict);
}

interface Priced {
  readonly gift: Gift | undefined;
  readonly refusal: AppError | null;
}

async function priceGift(catalogue: Catalogue, request: GiftRequest): Promise<Priced> {
  const known = catalogue.find(request.giftId);
  if (known !== undefined && refusalBy(known, request) === null) return { gift: known, refusal: null };
  // The copy may be old: before a refusal the database is asked.
  const gift = await catalogue.ask(request.giftId);
  return { gift, refusal: refusalBy(gift, request) };
}

/** A direct gift has no room to ask. */
async function refusalByRoom(deps: SendDeps, request: GiftRequest, until: number): Promise<AppError | null> {
  const { roomId, senderId, recipientIds } = request;
  if (roomId === null) return null;
  return deps.checkRoom({ roomId, senderId, recipientIds: [...recipientIds] }, until);
}

function conclude({ receipt, refusal }: Verdict): Sent {
  if (receipt !== undefined) return { response: responseOf(receipt), repeated: receipt.repeated };
  if (refusal !== undefined) throw errorOf(refusal);
  throw commonErrors.DEADLINE_EXCEEDED();
}

/** Built from what the ledger keeps only, so that every repeat has the same answer as the first. */
function responseOf({ context, postedAt, balances }: Receipt): SendGiftResponse {
  if (postedAt === undefined) throw new Error('a receipt without the time of its journal');
  return { gift: sentGiftOf(decodeContext(context), postedAt), balances };
}

/** The ledger's words reach the sender unchanged; field errors crossed it as details. */
function errorOf({ reason, kind, message, metadata }: Refusal): AppError {
  if (!isKind(kind)) throw new Error(`the ledger refused with the unknown kind ${kind}`);
  if (reason !== 'INVALID_ARGUMENT') return new AppError(kind, reason, message, metadata);
  const fields = Object.fromEntries(Object.entries(metadata).map(([field, text]) => [field, [text]]));
  return new AppError(kind, reason, message, {}, fields);
}

const isKind = (kind: string): kind is ErrorKind => Object.hasOwn(KINDS, kind);
