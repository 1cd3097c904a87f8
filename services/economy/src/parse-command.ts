/**
 * From a PostCommand of the wire to a ledger command. What is wrong with a command is an error of that command alone;
 * after this its ids, amounts and texts fit their columns, so that the database has no reason of its own to refuse it.
 */
import type { PostCommand, Posting, Refusal as WireRefusal } from '@fanfare/contracts/economy/v1/economy_service';
import { type ErrorKind, invalid, isCurrency, KINDS, MAX_MINOR } from '@fanfare/kit';
import { type AccountId, AccountKind, accountIdOf, MAX_OWNER_ID } from './accounts.ts';
import { type LedgerCommand, type Leg, MAX_CONTEXT_BYTES, MAX_LEGS } from './command.ts';
import type { Refusal } from './errors.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Characters of names (operation, action, fields of the intent) and of what is shown (reason, values). */
const NAME_LENGTH = 64;
const TEXT_LENGTH = 1000;
const MAX_INTENT_FIELDS = 32;

/** @throws AppError (invalid) naming the first field that is wrong */
export function parseCommand(command: PostCommand): LedgerCommand {
  const journalId = command.journalId.toLowerCase();
  if (!UUID.test(journalId)) throw invalid('journalId', 'must be a UUID');
  if (command.userId < 0n || command.userId > MAX_OWNER_ID) throw invalid('userId', 'must be 0 to 2^53 - 1');
  const refusal = command.refusal === undefined ? null : parseRefusal(command.refusal);
  if (refusal !== null && command.postings.length > 0) throw invalid('postings', 'must be empty beside a refusal');
  if (refusal === null && command.postings.length === 0) throw invalid('postings', 'must not be empty');
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
    traceparent: headerText('traceparent', command.traceparent),
    correlationId: headerText('correlationId', command.correlationId),
    tenantId: command.tenantId === undefined ? null : headerText('tenantId', command.tenantId),
    audit: null,
  };
}

function parsePosting({ account, minor, action }: Posting): Leg {
  if (account === undefined) throw invalid('postings', 'must each name an account');
  if (minor === 0n || minor > MAX_MINOR || minor < -MAX_MINOR) {
    throw invalid('postings', 'must each move 1 to 2^53 - 1 minor units, either way');
  }
  return { accountId: parseAccount(account), minor, action: name('action', action) };
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
  if (value === '' || value.length > NAME_LENGTH || !isStorable(value)) {
    throw invalid(field, `must be 1 to ${NAME_LENGTH} characters`);
  }
  return value;
}

function text(field: string, value: string): string {
  if (value.length > TEXT_LENGTH || !isStorable(value))
    throw invalid(field, `must be at most ${TEXT_LENGTH} characters`);
  return value;
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

/** PostgreSQL keeps no NUL, and half of a surrogate pair would come back as another character than was hashed. */
const isStorable = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();
