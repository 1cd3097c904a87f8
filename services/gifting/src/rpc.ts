import type { GiftingServiceService, ListSentGiftsRequest } from '@fanfare/contracts/gifting/v1/gifting_service';
import {
  type Call,
  type Caller,
  CallerKind,
  type Clock,
  callerKey,
  commonErrors,
  type Handlers,
  hasRole,
  invalid,
  journalIdOf,
  requireRole,
  requireUser,
  toAppError,
} from '@fanfare/kit';
import { activeTraceparent } from '@fanfare/messaging';
import { type CatalogueDeps, createGift } from './catalogue/create-gift.ts';
import { formatGift, parseGift, parseGiftChange } from './catalogue/gift-form.ts';
import type { CatalogueStore } from './catalogue/gift-store.ts';
import { updateGift } from './catalogue/update-gift.ts';
import type { History, HistoryOf } from './history/history.ts';
import type { GiftMetrics } from './metrics.ts';
import { sharedWhileRunning } from './sending/in-flight.ts';
import { GIFT_OPERATION } from './sending/ledger-command.ts';
import { type SendDeps, type Sent, sendGift } from './sending/send-gift.ts';
import { type GiftRequest, intentOf, parseSendGift } from './sending/send-request.ts';

export interface HandlerDeps extends CatalogueDeps {
  readonly sending: SendDeps;
  readonly store: CatalogueStore;
  readonly history: History;
  readonly metrics: GiftMetrics;
  readonly clock: Clock;
}

/** For a caller that set no deadline. */
const PATIENCE_MS = 5000;
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

export const handlers = (deps: HandlerDeps): Handlers<typeof GiftingServiceService> => {
  const send = sender(deps);
  return {
    sendGift: async (request, call) => {
      try {
        const { response, repeated } = await send(parseSendGift(request, requireUser(call.caller)), call);
        deps.metrics.accepted(repeated);
        return response;
      } catch (error) {
        deps.metrics.refused(toAppError(error).reason);
        throw error;
      }
    },

    listGifts: async ({ includeInactive }, { caller }) => {
      if (!includeInactive) return { gifts: deps.catalogue.active().map(formatGift) };
      requireRole(caller, 'admin');
      return { gifts: (await deps.store.readGifts()).map(formatGift) };
    },

    createGift: async ({ gift }, call) => {
      requireRole(call.caller, 'admin');
      return { gift: formatGift(await createGift(deps, call, parseGift(gift))) };
    },

    updateGift: async ({ gift, updateMask }, call) => {
      requireRole(call.caller, 'admin');
      const change = { id: gift?.id ?? 0n, fields: parseGiftChange(gift, updateMask) };
      return { gift: formatGift(await updateGift(deps, call, change)) };
    },

    listSentGifts: async (request, { caller }) => {
      const of = historyOf(request);
      requireReader(caller, of);
      return deps.history.page(of, request.cursor, limitOf(request.limit));
    },

    getTotals: async ({ userId }, { caller }) => {
      // Part of what every user sees of another.
      if (caller.kind === CallerKind.CALLER_KIND_UNSPECIFIED) throw commonErrors.UNAUTHENTICATED();
      return deps.history.totals(userId);
    },
  };
};

/** Gives a request its journal id and its patience; a repeat of one that is under way shares its answer. */
function sender(deps: HandlerDeps): (request: GiftRequest, call: Call) => Promise<Sent> {
  const shared = sharedWhileRunning<Sent>();
  return (request, call) => {
    const journalId = journalIdOf(callerKey(call.caller), GIFT_OPERATION, request.id);
    const origin = {
      journalId,
      correlationId: call.correlationId,
      traceparent: activeTraceparent() ?? '',
      tenantId: call.caller.tenantId,
    };
    const until = deps.clock.monotonic() + (call.remainingMs() ?? PATIENCE_MS);
    const key = JSON.stringify([journalId, intentOf(request)]);
    return shared(key, () => sendGift(deps.sending, request, origin, until));
  };
}

function historyOf({ roomId, senderId, recipientId }: ListSentGiftsRequest): HistoryOf {
  const named: HistoryOf[] = [
    ...(roomId === undefined ? [] : [{ roomId }]),
    ...(senderId === undefined ? [] : [{ senderId }]),
    ...(recipientId === undefined ? [] : [{ recipientId }]),
  ];
  const [only] = named;
  if (only === undefined || named.length > 1) {
    throw invalid('roomId', 'name exactly one of roomId, senderId and recipientId');
  }
  return only;
}

/** A room's gifts were seen by all who were there; a user's own history is theirs, and the administrators'. */
function requireReader(caller: Caller, of: HistoryOf): void {
  const internal: readonly CallerKind[] = [CallerKind.CALLER_KIND_SERVICE, CallerKind.CALLER_KIND_SYSTEM];
  if (hasRole(caller, 'admin') || internal.includes(caller.kind)) return;
  const user = requireUser(caller);
  if ('roomId' in of) return;
  if (user !== ('senderId' in of ? of.senderId : of.recipientId)) throw commonErrors.FORBIDDEN();
}

function limitOf(limit: number): number {
  if (limit < 0 || limit > MAX_LIMIT) throw invalid('limit', `must be 1 to ${MAX_LIMIT}`);
  return limit === 0 ? DEFAULT_LIMIT : limit;
}
