/**
 * From a PostCommand of the wire to a ledger command. What is wrong with a command is an error of that command alone;
 * after this its ids, amounts and texts fit their columns, so that the database has no reason of its own to refuse it.
 */
import type {
  PostCommand,
  Posting,
  HoldChange as WireHoldChange,
  Limit as WireLimit,
  Refusal as WireRefusal,
} from '@fanfare/contracts/economy/v1/economy_service';
import { type ErrorKind, invalid, isCurrency, KINDS, MAX_MINOR } from '@fanfare/kit';
import type { Refusal } from '../errors.ts';
import { type AccountId, AccountKind, accountIdOf, MAX_OWNER_ID } from '../ledger/accounts.ts';
import { type LedgerCommand, type Leg, type Limit, MAX_CONTEXT_BYTES, MAX_LEGS } from '../ledger/command.ts';
import type { HoldChange } from '../ledger/hold.ts';
import { isStorable, storable, UUID } from '../parse-request.ts';

/** Characters of names (operation, action, fields of the intent) and of what is shown (reason, values). */
const NAME_LENGTH = 64;
const TEXT_LENGTH = 1000;
const KEY_LENGTH = 128;
const MAX_INTENT_FIELDS = 32;

/** @throws AppError (invalid) naming the first field that is wrong */
export function parseCommand(command: PostCommand): LedgerCommand {
  const journalId = command.journalId.toLowerCase();
  if (!UUID.test(journalId)) throw invalid('journalId', 'must be a UUID');
  if (command.userId < 0n || command.userId > MAX_OWNER_ID) throw invalid('userId', 'must be 0 to 2^53 - 1');
  const refusal = command.refusal === undefined ? null : parseRefusal(command.refusal);
  const hold = command.hold === undefined ? null : parseHold(command.hold);
  if (refusal !== null && command.postings.length > 0) throw invalid('postings', 'must be empty beside a refusal');
  if (refusal !== null && hold !== null) throw invalid('hold', 'must be absent beside a refusal');
  if (refusal === null && hold === null && command.postings.length === 0)
    throw invalid('postings', 'must not be empty');
  if (command.postings.length > MAX_LEGS) throw invalid('postings', `must be at most ${MAX_LEGS}`);
  if (command.intent.length > MAX_INTENT_FIELDS) throw invalid('intent', `must be at most ${MAX_INTENT_FIELDS} fields`);
  return {
    journalId,
    operation: name('operation', command.operation),
    intent: command.intent.map((field) => ({
      name: name('intent', field.name),
      value: text('intent', field.value),
    })),
    legs: command.postings.map(parsePosting),
    context: parseContext(command.context),
    userId: command.userId,
    reason: text('reason', command.reason),
    refusal,
    hold,
    limit: command.limit === undefined ? null : parseLimit(command.limit),
    traceparent: headerText('traceparent', command.traceparent),
    correlationId: headerText('correlationId', command.correlationId),
    tenantId: command.tenantId === undefined ? null : headerText('tenantId', command.tenantId),
    audit: null,
  };
}

function parsePosting({ account, minor, action, shortfallToDebt }: Posting): Leg {
  if (account === undefined) throw invalid('postings', 'must each name an account');
  if (minor === 0n || minor > MAX_MINOR || minor < -MAX_MINOR) {
    throw invalid('postings', 'must each move 1 to 2^53 - 1 minor units, either way');
  }
  const leg = { accountId: parseAccount(account), minor, action: name('action', action) };
  return shortfallToDebt === true ? { ...leg, shortfallToDebt } : leg;
}

function parseHold({ reserve, capture, void: voided, expire }: WireHoldChange): HoldChange {
  const [change, more] = [reserve, capture, voided, expire].filter((each) => each !== undefined);
  if (change === undefined || more !== undefined) throw invalid('hold', 'must have exactly one change');
  if (reserve !== undefined) {
    if (reserve.account === undefined) throw invalid('hold', 'must name an account');
    if (!WITH_OWNER.includes(reserve.account.kind))
      throw invalid('hold', 'must be on an account of a user or an agency');
    const expiresAt = time('hold', reserve.expiresAt);
    return {
      type: 'reserve',
      accountId: parseAccount(reserve.account),
      minor: positive('hold', reserve.minor),
      expiresAt,
    };
  }
  if (capture !== undefined) {
    return { type: 'capture', holdId: holdId(capture.holdId), minor: positive('hold', capture.minor) };
  }
  if (voided !== undefined) return { type: 'void', holdId: holdId(voided.holdId) };
  return { type: 'expire', holdId: holdId(expire?.holdId ?? '') };
}

function holdId(id: string): string {
  const lower = id.toLowerCase();
  if (!UUID.test(lower)) throw invalid('hold', 'must be named by a UUID');
  return lower;
}

function parseLimit({ key, maxMinor, minor, expiresAt }: WireLimit): Limit {
  if (key === '' || key.length > KEY_LENGTH || !isStorable(key)) {
    throw invalid('limit', `must have a key of 1 to ${KEY_LENGTH} characters`);
  }
  if (maxMinor < 0n || maxMinor > MAX_MINOR) throw invalid('limit', 'must be 0 to 2^53 - 1 minor units');
  return { key, maxMinor, minor: positive('limit', minor), expiresAt: time('limit', expiresAt) };
}

/** Later years are written with more digits, which PostgreSQL does not read. */
const LAST_YEAR = 9999;

function time(field: string, value: Date | undefined): Date {
  const year = value?.getUTCFullYear() ?? Number.NaN;
  if (value === undefined || !(year >= 1 && year <= LAST_YEAR)) throw invalid(field, 'must say when it expires');
  return value;
}

function positive(field: string, minor: bigint): bigint {
  if (minor < 1n || minor > MAX_MINOR) throw invalid(field, 'must be 1 to 2^53 - 1 minor units');
  return minor;
}

/** The platform's own accounts, one per asset. */
const WITHOUT_OWNER: readonly AccountKind[] = [AccountKind.ACCOUNT_KIND_PLATFORM, AccountKind.ACCOUNT_KIND_ISSUANCE];
const WITH_OWNER: readonly AccountKind[] = [AccountKind.ACCOUNT_KIND_USER, AccountKind.ACCOUNT_KIND_AGENCY];

function parseAccount({ kind, ownerId, currency }: NonNullable<Posting['account']>): AccountId {
  if (!isCurrency(currency)) throw invalid('currency', 'must be COIN, DIAMOND or POINT');
  const owned = WITH_OWNER.includes(kind);
  if (!owned && !WITHOUT_OWNER.includes(kind)) throw invalid('kind', 'must be a kind of account');
  if (!owned && ownerId !== 0n) throw invalid('ownerId', 'must be 0 for an account of the platform');
  if (owned && (ownerId < 1n || ownerId > MAX_OWNER_ID)) throw invalid('ownerId', 'must be 1 to 2^53 - 1');
  return accountIdOf(kind, ownerId, currency);
}

/** An empty context is an empty object. */
function parseContext(context: string): string {
  if (context === '') return '{}';
  if (Buffer.byteLength(context) > MAX_CONTEXT_BYTES) throw invalid('context', 'must be at most 4 KiB');
  if (!isStorable(context) || !isJsonObject(context)) throw invalid('context', 'must be a JSON object');
  return context;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // JSON.parse has no other way to say that it is none
  }
}

function parseRefusal(refusal: WireRefusal): Refusal {
  if (!(refusal.kind in KINDS)) throw invalid('refusal', 'must have a kind of error');
  const details = Object.entries(refusal.metadata).map(
    ([key, value]) => [name('refusal', key), text('refusal', value)] as const,
  );
  return {
    kind: refusal.kind as ErrorKind,
    reason: name('refusal', refusal.reason),
    message: text('refusal', refusal.message),
    details: Object.fromEntries(details),
  };
}

function name(field: string, value: string): string {
  if (value === '' || value.length > NAME_LENGTH) throw invalid(field, `must be 1 to ${NAME_LENGTH} characters`);
  return storable(field, value);
}

function text(field: string, value: string): string {
  if (value.length > TEXT_LENGTH) throw invalid(field, `must be at most ${TEXT_LENGTH} characters`);
  return storable(field, value);
}

/**
 * What becomes a header of the journal's event. A line break would end the header, so the broker's client refuses the
 * message, and the relay, which keeps the order, would stand still before it.
 * @throws AppError (invalid)
 */
export function headerText(field: string, value: string): string {
  if (value.length > TEXT_LENGTH || !isStorable(value) || /\p{Cc}/u.test(value)) {
    throw invalid(field, `must be at most ${TEXT_LENGTH} characters, none of them a control character`);
  }
  return value;
}
