/** Somebody at each gateway who goes on asking while a server is away, and what the answers were. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import type { GatewayProcess } from '../../test/gateway-process.ts';
import type { Person, RawClients } from '../../test/raw-clients.ts';

export interface Asking {
  /** By command and outcome: `room.join ok`, `room.join UNAVAILABLE`, `room.join no answer`. */
  readonly stop: () => Promise<Readonly<Record<string, number>>>;
}

const FIRST_ASKER = 30_001;
const ROOM = 30_001;
const EVERY_MS = 500;
const PATIENCE_MS = 10_000;

interface Ack {
  readonly ok: boolean;
  readonly error?: { readonly kind: string; readonly reason: string; readonly retryable: boolean };
}

/** Who asks: one person for each gateway, in no room. */
export const askersOf = (fleet: Fleet, gateways: readonly GatewayProcess[]): Promise<readonly Person[]> =>
  Promise.all(
    gateways.map(async ({ httpPort }, index) => {
      const id = FIRST_ASKER + index;
      return { id, token: await fleet.accessToken(id), ports: [httpPort], group: 'askers' };
    }),
  );

export function startAsking(fleet: Fleet, clients: RawClients, askers: readonly Person[]): Asking {
  const outcomes: Record<string, number> = {};
  let running = true;

  async function ask(id: number, event: string, payload: unknown): Promise<void> {
    const ack = (await clients.ask(id, event, payload, PATIENCE_MS)) as Ack | null;
    const outcome = `${event} ${outcomeOf(ack)}`;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }

  async function keepAsking({ id }: Person): Promise<void> {
    const token = await fleet.roomToken(BigInt(id), ROOM);
    for (let round = 0; running; round += 1) {
      await ask(id, 'room.join', { token });
      await ask(id, 'chat.send', { id: `asked-${round}`, roomId: ROOM, text: 'Is anybody there?' });
      await delay(EVERY_MS);
    }
  }

  const asked = Promise.all(askers.map(keepAsking));
  // Heard of at the stop.
  asked.catch(() => {});
  return {
    stop: async () => {
      running = false;
      await asked;
      return outcomes;
    },
  };
}

function outcomeOf(ack: Ack | null): string {
  if (ack === null) return 'no answer';
  if (ack.ok) return 'ok';
  const { reason = 'no reason', retryable = false } = ack.error ?? {};
  return retryable ? reason : `${reason}, not to be repeated`;
}

/** Everything but an answer, and the clear word that something is away. */
export const unclear = (outcomes: Readonly<Record<string, number>>): readonly string[] =>
  Object.keys(outcomes).filter((outcome) => !/ (ok|UNAVAILABLE)$/.test(outcome));
