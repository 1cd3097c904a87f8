/** One function for each thing worth counting. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { LeaveCause } from './participation/participant-store.ts';

export interface RoomMetrics {
  /** `again` for a participant who joined again. */
  readonly joined: (how: 'entered' | 'again') => void;
  readonly left: (cause: LeaveCause, users: number) => void;
  readonly chatPosted: (messages: number) => void;
  readonly countsAnnounced: (rooms: number) => void;
  readonly swept: (outcome: 'done' | 'failed') => void;
  readonly messagesPruned: (messages: number) => void;
}

export function roomMetrics(registry: Registry): RoomMetrics {
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []): Counter<L> =>
    new Counter({ name: `fanfare_rooms_${name}`, help, labelNames, registers: [registry] });
  const joins = counter('joins_total', 'Joins, by whether the user was in the room already', ['how']);
  const leaves = counter('leaves_total', 'Participations that ended, by cause', ['cause']);
  const chat = counter('chat_messages_total', 'Chat messages posted, repeats not counted');
  const counts = counter('counts_announced_total', 'Participant counts announced by the sweeper');
  const sweeps = counter('presence_sweeps_total', 'Presence sweeps, by outcome', ['outcome']);
  const pruned = counter('chat_messages_pruned_total', 'Chat messages removed because they were old');
  const degraded = new Gauge({
    name: 'fanfare_rooms_presence_degraded',
    help: '1 while presence cannot be read and nobody is taken for away',
    registers: [registry],
  });
  return {
    joined: (how) => joins.inc({ how }),
    left: (cause, users) => leaves.inc({ cause }, users),
    chatPosted: (messages) => chat.inc(messages),
    countsAnnounced: (rooms) => counts.inc(rooms),
    swept: (outcome) => {
      sweeps.inc({ outcome });
      degraded.set(outcome === 'done' ? 0 : 1);
    },
    messagesPruned: (messages) => pruned.inc(messages),
  };
}
