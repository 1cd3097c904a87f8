/**
 * The channels of one gateway. It subscribes to a channel only while it has a member for it, so a room's messages
 * reach only the gateways that hold somebody who is in it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Channel, type EdgeMessage, isRoomChannel, type RoomChannel } from '@fanfare/contracts';
import { type Clock, commonErrors, type Logger, newId, type Part } from '@fanfare/kit';
import type { Subscription } from '@nats-io/transport-node';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { continueTrace } from '../tracing.ts';
import type { Resume } from './channel.ts';
import { ChannelSet } from './channel-set.ts';
import type { EdgeConnection, Generation } from './connection.ts';
import { type History, history } from './history.ts';
import type { Link } from './link.ts';
import { laterOf, NOWHERE } from './position.ts';
import { headerReader } from './read-header.ts';
import { type EdgeRecord, parseRecord, sequenceOf } from './record.ts';
import { recovery } from './recovery.ts';
import type { Member, Membership } from './seat.ts';
import { ensureEdgeStream, type HistoryLimits } from './stream.ts';
import { liveSubject, passingSubject, storedSubject, TICK } from './subjects.ts';
import { publishTick } from './tick.ts';

export interface HubOptions {
  readonly connection: EdgeConnection;
  readonly limits: HistoryLimits;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
}

export interface Hub extends Part {
  /**
   * Takes a place in a channel, after `resume` if everything since can be proved.
   * @throws UNAVAILABLE when the stream cannot be read within some seconds
   */
  readonly join: (channel: string, member: Member, resume: Resume | null) => Promise<Membership>;
  /** Says something on a channel, kept like all that is translated. @throws UNAVAILABLE when it was not taken in time */
  readonly publish: (channel: Channel, message: EdgeMessage) => Promise<void>;
  /** Tells those who listen to a room now; nowhere kept. @throws UNAVAILABLE between two connections */
  readonly tell: (room: RoomChannel, message: EdgeMessage) => void;
}

const COMPARE_EVERY_MS = 1000;
/** Replicas of a cluster expire messages by their own clocks: a witness so near its age limit may be gone elsewhere. */
const CLUSTER_AGE_MARGIN_MS = 10_000;

export function createHub(options: HubOptions): Hub {
  const { connection, log, clock } = options;
  const channels: ChannelSet = new ChannelSet({
    log,
    clock,
    onCaughtUp: (outcome) => metrics.repairs.inc({ outcome }),
  });
  const metrics = hubMetrics(options.metrics, () => channels.size);
  let timer: NodeJS.Timeout | undefined;

  connection.onGeneration(async (generation) => {
    await ensureEdgeStream(generation.manager, options.limits);
    const link = await openLink(generation, options, (lagMs) => metrics.lag.observe(lagMs / 1000));
    generation.lost.addEventListener('abort', () => channels.disconnect(link));
    if (!generation.lost.aborted) channels.connect(link);
  });

  return {
    name: 'hub',
    join: async (name, member, resume) => {
      const channel = channels.hold(name);
      try {
        const joined = await channel.join(member, resume);
        if (resume !== null) metrics.recoveries.inc({ outcome: joined.recovered ? 'recovered' : 'not_recovered' });
        return joined;
      } catch (error) {
        channels.release(name);
        if (resume !== null) metrics.recoveries.inc({ outcome: 'failed' });
        throw error;
      }
    },
    publish: async (channel, message) => {
      const publishing = connection
        .current()
        ?.jetstream.publish(storedSubject(channel), JSON.stringify(message), { msgID: newId() });
      try {
        if ((await publishing) === undefined) throw commonErrors.UNAVAILABLE();
      } catch (error) {
        log.debug({ err: error, channel }, 'not published');
        throw commonErrors.UNAVAILABLE();
      }
    },
    tell: (room, message) => {
      const generation = connection.current();
      if (generation === null) throw commonErrors.UNAVAILABLE();
      generation.connection.publish(passingSubject(room), JSON.stringify(message));
    },
    start: async () => {
      timer = setInterval(() => channels.compareSilent(), COMPARE_EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      channels.clear();
    },
    problem: () => (channels.isConnected() ? null : 'the channels are not open'),
  };
}

async function openLink(
  generation: Generation,
  { limits, clock, log }: HubOptions,
  onLag: (milliseconds: number) => void,
): Promise<Link> {
  const { connection } = generation;
  const stored = history(generation, limits.replicas > 1);
  const margin = limits.replicas > 1 ? CLUSTER_AGE_MARGIN_MS : Number.NEGATIVE_INFINITY;
  const now = (): number => clock.now().getTime();
  let tick = NOWHERE;

  /** Users' devices are told nothing that is not kept, which spares each connection a second subscription. */
  const listen = (channel: string, told: (record: EdgeRecord) => void): Subscription | null =>
    isRoomChannel(channel)
      ? connection.subscribe(passingSubject(channel), {
          callback: (error, message) => {
            if (error !== null) log.warn({ err: error, channel }, 'subscription failed');
            else told(parseRecord(NOWHERE, message.data));
          },
        })
      : null;

  const subscribe: Link['subscribe'] = (channel, arrived, told = () => {}) => {
    const passing = listen(channel, told);
    const subscription = connection.subscribe(liveSubject(channel), {
      callback: (error, message) => {
        if (error !== null) return log.warn({ err: error, channel }, 'subscription failed');
        const header = headerReader(message);
        const seq = sequenceOf(header('Nats-Sequence'));
        // Whatever was not published by the stream has no place in the order.
        if (!Number.isSafeInteger(seq)) return;
        const at = Date.parse(header('Nats-Time-Stamp'));
        if (!Number.isNaN(at)) onLag(Math.max(0, now() - at));
        const record = parseRecord({ seq, id: header('Nats-Msg-Id') }, message.data);
        const traced = continueTrace(`emit ${record.message.name}`, header('traceparent'), 'consumer', { channel });
        arrived(record, sequenceOf(header('Nats-Last-Sequence')));
        traced?.span.end();
      },
    });
    return () => {
      if (connection.isClosed()) return;
      subscription.unsubscribe();
      passing?.unsubscribe();
    };
  };

  subscribe(TICK, ({ seq, id }) => {
    // The stream has begun anew under this connection; the next one looks at every channel, silent ones too.
    if (seq <= tick.seq && id !== tick.id) void connection.close();
    tick = { seq, id };
  });
  // The first gateway of an empty stream: a position is needed before anybody joins.
  const newest = (await stored.last(TICK)) ?? (await publishTick(generation));
  tick = laterOf(tick, { seq: newest.seq, id: newest.id });
  return {
    history: stored,
    recovery: recovery({ history: stored, witnessAgeMostMs: limits.maxAgeMs - margin, now }),
    tick: () => tick,
    isStored: sharedProof(stored),
    subscribe,
  };
}

/** Channels that open together ask for the same tick: whoever asks before the request is sent shares it. */
function sharedProof({ at }: Pick<History, 'at'>): Link['isStored'] {
  const asked = new Map<string, Promise<boolean>>();
  return ({ seq, id }) => {
    const shared = asked.get(id);
    if (shared !== undefined) return shared;
    const proof = nextTurn().then(async () => {
      asked.delete(id);
      return (await at(seq))?.id === id;
    });
    asked.set(id, proof);
    return proof;
  };
}

function hubMetrics(registry: Registry, channelCount: () => number) {
  new Gauge({
    name: 'fanfare_edge_channels',
    help: 'Channels this gateway is subscribed to',
    registers: [registry],
    collect() {
      this.set(channelCount());
    },
  });
  return {
    lag: new Histogram({
      name: 'fanfare_edge_lag_seconds',
      help: 'From the stream storing a message to this gateway receiving it',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers: [registry],
    }),
    recoveries: new Counter({
      name: 'fanfare_edge_recoveries_total',
      help: 'Members that asked for what they missed, by outcome',
      labelNames: ['outcome'],
      registers: [registry],
    }),
    repairs: new Counter({
      name: 'fanfare_edge_repairs_total',
      help: 'Channels that this gateway caught up after a gap or a lost connection, by outcome',
      labelNames: ['outcome'],
      registers: [registry],
    }),
  };
}
