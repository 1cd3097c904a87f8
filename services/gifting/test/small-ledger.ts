/**
 * An economy in a Map, over real gRPC and real NATS: enough of PostBatch's contract (receipts for repeats, remembered
 * refusals, ID_REUSED, funds) to see what gifting makes of its answers. It publishes journal.posted as economy does.
 */
import { events } from '@fanfare/contracts';
import { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import {
  EconomyServiceService,
  type PostBatchRequest,
  type PostCommand,
  type Receipt,
  type Refusal,
  type Verdict,
} from '@fanfare/contracts/economy/v1/economy_service';
import {
  CURRENCIES,
  commonErrors,
  createMetrics,
  formatMinor,
  type Handlers,
  rpcServer,
  silentLogger,
} from '@fanfare/kit';
import { announcement, type Bus, MESSAGE_ID_HEADER, outboxRow } from '@fanfare/messaging';
import { headers as natsHeaders } from '@nats-io/transport-node';

interface Known {
  readonly intent: string;
  readonly receipt?: Receipt;
  readonly refusal?: Refusal;
}

const intentOf = (command: PostCommand): string => JSON.stringify(command.intent.map((field) => field.value));
const accountKey = (kind: number, owner: bigint, currency: string): string => `${kind}/${owner}/${currency}`;

/** Balances and verdicts, as far as gifting can tell them from the real ones. */
function smallBooks() {
  const known = new Map<string, Known>();
  const balances = new Map<string, bigint>();
  const posted: PostCommand[] = [];
  const balanceOf = (userId: bigint, currency: string): bigint => balances.get(accountKey(1, userId, currency)) ?? 0n;

  function decide(command: PostCommand): Known {
    const intent = intentOf(command);
    if (command.refusal !== undefined) return { intent, refusal: command.refusal };
    const required = -(command.postings.find((leg) => leg.action === 'gift_sent')?.minor ?? 0n);
    const available = balanceOf(command.userId, 'COIN');
    if (available < required) return { intent, refusal: insufficientFunds(required, available) };
    for (const { account, minor } of command.postings) {
      const key = accountKey(account?.kind ?? 0, account?.ownerId ?? 0n, account?.currency ?? '');
      balances.set(key, (balances.get(key) ?? 0n) + minor);
    }
    posted.push(command);
    const own = CURRENCIES.map((currency) => ({ currency, minor: balanceOf(command.userId, currency) }));
    return { intent, receipt: { postedAt: new Date(), balances: own, context: command.context, repeated: false } };
  }

  return {
    posted,
    balanceOf,
    give: (userId: bigint, coins: bigint) => balances.set(accountKey(1, userId, 'COIN'), coins),
    postedAt: (journalId: string): Date => known.get(journalId)?.receipt?.postedAt ?? new Date(),
    /** The verdict, and whether it posted something just now. */
    judge: (command: PostCommand): { readonly verdict: Verdict; readonly isNew: boolean } => {
      const { journalId } = command;
      const earlier = known.get(journalId);
      if (earlier !== undefined && earlier.intent !== intentOf(command)) {
        return { verdict: { journalId, refusal: idReused }, isNew: false };
      }
      const { receipt, refusal } = earlier ?? decide(command);
      if (earlier === undefined) known.set(journalId, { intent: intentOf(command), receipt, refusal } as Known);
      if (receipt === undefined) return { verdict: { journalId, refusal }, isNew: false };
      const repeated = earlier !== undefined;
      return { verdict: { journalId, receipt: { ...receipt, repeated } }, isNew: !repeated };
    },
  };
}

const insufficientFunds = (required: bigint, available: bigint): Refusal => ({
  kind: 'failed_precondition',
  reason: 'INSUFFICIENT_FUNDS',
  message: 'Insufficient funds.',
  metadata: { required: formatMinor(required), available: formatMinor(available) },
});

const idReused: Refusal = {
  kind: 'already_exists',
  reason: 'ID_REUSED',
  message: 'Used before.',
  metadata: { field: 'quantity' },
};

export async function startSmallLedger(bus: Bus) {
  const books = smallBooks();
  const calls: PostBatchRequest[] = [];
  let fault: 'none' | 'lose-answers' | 'away' = 'none';

  /** @param times as which the event goes out: each under a message id of its own, as a redelivery would arrive */
  async function publish(command: PostCommand, times = 1): Promise<void> {
    const { journalId, correlationId } = command;
    const message = JournalPosted.fromPartial({
      journalId,
      operation: command.operation,
      context: command.context,
      postedAt: books.postedAt(journalId),
    });
    const options = { id: journalId, entityId: journalId, entityVersion: 1n, correlationId };
    const row = outboxRow(announcement(events.journalPosted, message, options));
    for (let time = 0; time < times; time += 1) {
      const headers = natsHeaders();
      for (const [name, value] of Object.entries(JSON.parse(row.headers))) headers.set(name, String(value));
      headers.set(MESSAGE_ID_HEADER, crypto.randomUUID());
      await bus.jetstream().publish(row.subject, row.payload, { headers });
    }
  }

  const unused = (): Promise<never> => Promise.reject(commonErrors.INTERNAL());
  const others = Object.fromEntries(
    Object.keys(EconomyServiceService).map((rpc) => [rpc, unused]),
  ) as unknown as Handlers<typeof EconomyServiceService>;
  const handlers: Handlers<typeof EconomyServiceService> = {
    ...others,
    postBatch: async (request: PostBatchRequest) => {
      calls.push(request);
      if (fault === 'away') throw commonErrors.UNAVAILABLE();
      const verdicts: Verdict[] = [];
      for (const command of request.commands) {
        const { verdict, isNew } = books.judge(command);
        if (isNew) await publish(command);
        verdicts.push(verdict);
      }
      if (fault === 'lose-answers') throw commonErrors.UNAVAILABLE();
      return { verdicts };
    },
  };
  const server = rpcServer(EconomyServiceService, handlers, {
    service: 'economy',
    host: '127.0.0.1',
    port: 0,
    tls: null,
    log: silentLogger,
    metrics: createMetrics('economy'),
  });
  await server.start?.();
  return {
    address: `127.0.0.1:${server.port()}`,
    posted: books.posted,
    calls,
    balanceOf: books.balanceOf,
    give: books.give,
    setFault: (next: typeof fault) => {
      fault = next;
    },
    publish,
    stop: async () => server.stop?.(),
  };
}
