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
import { commonErrors, createMetrics, formatMinor, type Handlers, rpcServer, silentLogger } from '@fanfare/kit';
import { announcement, type Bus, MESSAGE_ID_HEADER, outboxRow } from '@fanfare/messaging';
import { headers as natsHeaders } from '@nats-io/transport-node';

interface Known {
  readonly intent: string;
  readonly receipt?: Receipt;
  readonly refusal?: Refusal;
}

export async function startSmallLedger(bus: Bus) {
  const known = new Map<string, Known>();
  const balances = new Map<string, bigint>();
  const posted: PostCommand[] = [];
  const calls: PostBatchRequest[] = [];
  let fault: 'none' | 'lose-answers' | 'away' = 'none';

  const balanceOf = (userId: bigint, currency: string): bigint => balances.get(`1/${userId}/${currency}`) ?? 0n;
  const nameOf = ({ account }: PostCommand['postings'][number]): string =>
    `${account?.kind}/${account?.ownerId}/${account?.currency}`;

  function judge(command: PostCommand): Known {
    const intent = JSON.stringify(command.intent.map((field) => field.value));
    if (command.refusal !== undefined) return { intent, refusal: command.refusal };
    const required = -(command.postings.find((leg) => leg.action === 'gift_sent')?.minor ?? 0n);
    const available = balanceOf(command.userId, 'COIN');
    if (available < required) {
      const metadata = { required: formatMinor(required), available: formatMinor(available) };
      return {
        intent,
        refusal: {
          kind: 'failed_precondition',
          reason: 'INSUFFICIENT_FUNDS',
          message: 'Insufficient funds.',
          metadata,
        },
      };
    }
    for (const leg of command.postings) {
      balances.set(nameOf(leg), (balances.get(nameOf(leg)) ?? 0n) + leg.minor);
    }
    posted.push(command);
    const own = ['COIN', 'DIAMOND', 'POINT'].map((currency) => ({
      currency,
      minor: balanceOf(command.userId, currency),
    }));
    return { intent, receipt: { postedAt: new Date(), balances: own, context: command.context, repeated: false } };
  }

  async function answer(command: PostCommand): Promise<Verdict> {
    const { journalId } = command;
    const earlier = known.get(journalId);
    const verdict = earlier ?? judge(command);
    if (earlier === undefined) {
      known.set(journalId, verdict);
      if (verdict.receipt !== undefined) await publish(command);
    } else if (verdict.intent !== JSON.stringify(command.intent.map((field) => field.value))) {
      const metadata = { field: 'quantity' };
      return { journalId, refusal: { kind: 'already_exists', reason: 'ID_REUSED', message: 'Used before.', metadata } };
    }
    if (verdict.receipt === undefined) return { journalId, refusal: verdict.refusal };
    return { journalId, receipt: { ...verdict.receipt, repeated: earlier !== undefined } };
  }

  /** @param times as which the event goes out: each under a message id of its own, as a redelivery would arrive */
  async function publish(command: PostCommand, times = 1): Promise<void> {
    const { journalId, correlationId } = command;
    const message = JournalPosted.fromPartial({
      journalId,
      operation: command.operation,
      context: command.context,
      postedAt: known.get(journalId)?.receipt?.postedAt ?? new Date(),
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

  const unused = (): never => {
    throw commonErrors.INTERNAL();
  };
  const handlers: Handlers<typeof EconomyServiceService> = {
    postBatch: async (request) => {
      calls.push(request);
      if (fault === 'away') throw commonErrors.UNAVAILABLE();
      const verdicts: Verdict[] = [];
      for (const command of request.commands) verdicts.push(await answer(command));
      if (fault === 'lose-answers') throw commonErrors.UNAVAILABLE();
      return { verdicts };
    },
    getWallet: unused,
    listTransactions: unused,
    transfer: unused,
    grant: unused,
    getTrialBalance: unused,
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
    posted,
    calls,
    balanceOf,
    give: (userId: bigint, coins: bigint) => balances.set(`1/${userId}/COIN`, coins),
    setFault: (next: typeof fault) => {
      fault = next;
    },
    publish,
    stop: async () => server.stop?.(),
  };
}
