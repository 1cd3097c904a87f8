/** What channels need of the bus: the live messages of a channel, its history, and the newest tick. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isRoomChannel } from '@fanfare/contracts';
import type { Clock, Logger } from '@fanfare/kit';
import type { Subscription } from '@nats-io/transport-node';
import { continueTrace } from '../tracing.ts';
import type { Generation } from './connection.ts';
import { type History, history } from './history.ts';
import { laterOf, NOWHERE, type Position } from './position.ts';
import { headerReader } from './read-header.ts';
import { type EdgeRecord, parseRecord, sequenceOf } from './record.ts';
import { type Recovery, recovery } from './recovery.ts';
import type { HistoryLimits } from './stream.ts';
import { liveSubject, passingSubject, TICK } from './subjects.ts';
import { publishTick } from './tick.ts';

/** What a channel needs of the connection of now. */
export interface Link {
  readonly history: History;
  readonly recovery: Recovery;
  /** The newest tick received. */
  readonly tick: () => Position;
  /** Whether the stream has this message now. */
  readonly isStored: (position: Position) => Promise<boolean>;
  /** @returns how to end the subscription; safe after the connection is lost */
  readonly subscribe: (
    channel: string,
    arrived: (record: EdgeRecord, previous: number) => void,
    /** Given what is nowhere kept. */
    told?: (record: EdgeRecord) => void,
  ) => () => void;
}

export interface LinkOptions {
  readonly limits: HistoryLimits;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told how long each message was on its way from the stream. */
  readonly onLag: (milliseconds: number) => void;
}

/** Replicas of a cluster expire messages by their own clocks: a witness so near its age limit may be gone elsewhere. */
const CLUSTER_AGE_MARGIN_MS = 10_000;

/** Opens what channels need on a new connection. */
export async function openLink(generation: Generation, { limits, clock, log, onLag }: LinkOptions): Promise<Link> {
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
