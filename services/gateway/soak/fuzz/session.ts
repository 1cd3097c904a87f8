/** A client that has come in properly, and from now on does not behave. */
import { setTimeout as delay } from 'node:timers/promises';
import { openRaw, type RawSocket } from './raw-socket.ts';

export interface FuzzSession {
  readonly raw: RawSocket;
  /** The ack with this id: parsed, `null` when the connection ended first, `'none'` when there is none in time. */
  readonly answer: (id: number, withinMs: number) => Promise<Answer | null | 'none'>;
  /** Forgets the acks so far. */
  readonly forget: () => void;
  /** What the gateway said about a mistake of its own. */
  readonly internal: () => string | null;
}

export interface Answer {
  readonly ok?: boolean;
  readonly data?: { readonly recovered?: boolean } | null;
  readonly error?: { readonly reason?: string };
}

const OPEN_MOST_MS = 10_000;

/** @throws when the gateway does not let it in */
export async function openSession(port: number, token: string): Promise<FuzzSession> {
  const answers = new Map<number, Answer>();
  const waiting = new Map<number, (answer: Answer) => void>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let internal: string | null = null;

  const raw = await openRaw(port, (text) => {
    if (text.startsWith('0{')) return `40${JSON.stringify({ token, v: 1 })}`;
    if (text === '2') return '3';
    if (text.startsWith('42["session"')) begin();
    if (text.includes('"INTERNAL"')) internal = text.slice(0, 400);
    const [, id, body] = /^43(\d+)(\[.*\])$/s.exec(text) ?? [];
    if (id === undefined || body === undefined) return undefined;
    const [answer = {}] = JSON.parse(body) as readonly Answer[];
    answers.set(Number(id), answer);
    waiting.get(Number(id))?.(answer);
    return undefined;
  });

  const isIn = await Promise.race([begun.then(() => true), raw.ended, delay(OPEN_MOST_MS, 'nothing', { ref: false })]);
  if (isIn !== true) {
    raw.destroy();
    throw new Error(`a valid client was not let in: ${isIn}`);
  }
  return {
    raw,
    internal: () => internal,
    forget: () => answers.clear(),
    answer: async (id, withinMs) => {
      const known = answers.get(id);
      if (known !== undefined) return known;
      const late = new AbortController();
      try {
        return await Promise.race([
          new Promise<Answer>((resolve) => void waiting.set(id, resolve)),
          raw.ended.then(() => null),
          delay(withinMs, 'none' as const, { signal: late.signal }).catch(() => 'none' as const),
        ]);
      } finally {
        waiting.delete(id);
        late.abort();
      }
    },
  };
}
