/**
 * The channels of one gateway. It subscribes to a channel only while it has a member for it, so a room's messages
 * reach only the gateways that hold somebody who is in it.
 */
import type { Channel, EdgeMessage, RoomChannel } from '@fanfare/contracts';
import { type Clock, commonErrors, type Logger, newId, type Part } from '@fanfare/kit';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Resume } from './channel.ts';
import { ChannelSet } from './channel-set.ts';
import type { EdgeConnection } from './connection.ts';
import { openLink } from './link.ts';
import { ensureEdgeStream, type HistoryLimits } from './stream.ts';
import { passingSubject, storedSubject } from './subjects.ts';
import type { Member, Membership } from './subscription.ts';

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

export function createHub(options: HubOptions): Hub {
  const { connection, log, clock } = options;
  const channels: ChannelSet = new ChannelSet({
    log,
    clock,
    onCaughtUp: (outcome) => metrics.repairs.inc({ outcome }),
  });
  const metrics = hubMetrics(options.metrics, () => channels.size);
  /** Somebody waits for it. */
  const urgently = <T>(work: () => Promise<T>): Promise<T> => connection.current()?.reading.urgently(work) ?? work();
  let timer: NodeJS.Timeout | undefined;

  connection.onGeneration(async (generation) => {
    await ensureEdgeStream(generation.manager, options.limits);
    const onLag = (lagMs: number): void => metrics.lag.observe(lagMs / 1000);
    const link = await openLink(generation, { limits: options.limits, clock, log, onLag });
    generation.lost.addEventListener('abort', () => channels.disconnect(link));
    if (!generation.lost.aborted) channels.connect(link);
  });

  return {
    name: 'hub',
    join: async (name, member, resume) => {
      const channel = channels.hold(name);
      try {
        const joined = await urgently(() => channel.join(member, resume));
        if (resume !== null) metrics.recoveries.inc({ outcome: joined.recovered ? 'recovered' : 'not_recovered' });
        return joined;
      } catch (error) {
        channels.release(name);
        if (resume !== null) metrics.recoveries.inc({ outcome: 'failed' });
        throw error;
      }
    },
    publish: async (channel, message) => {
      const { jetstream } = connection.current() ?? {};
      if (jetstream === undefined) throw commonErrors.UNAVAILABLE();
      const body = JSON.stringify(message);
      try {
        await urgently(() => jetstream.publish(storedSubject(channel), body, { msgID: newId() }));
      } catch (error) {
        log.debug({ err: error, channel }, 'not published');
        throw commonErrors.UNAVAILABLE();
      }
    },
    tell: (room, message) => {
      const generation = connection.current();
      // A connection that has just been lost throws.
      if (generation === null || generation.connection.isClosed()) throw commonErrors.UNAVAILABLE();
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
      help: 'From the stream storing a message to this gateway reading it, at the end of a flush window when rooms are busy',
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
