/** People who each pay again when the last payment was acknowledged, and who never give one up. */
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fanfare/kit';
import type { LedgerCommand } from '../src/ledger/command.ts';
import type { Engine } from '../src/posting/engine.ts';
import { transferOf } from './transfers.ts';

export interface SenderOptions {
  readonly engine: Engine;
  readonly writer: number;
  readonly callers: number;
  /** Each caller rests up to this long after a payment. */
  readonly restMs: number;
  readonly random: () => number;
  /** @param milliseconds from the first attempt to the answer */
  readonly onAcked: (number: number, milliseconds: number) => void;
}

/** One in so many payments is sent twice at once, as by a client that lost patience. */
const TWICE_ONE_IN = 10;

/** @returns ends after each caller's current payment was acknowledged */
export function startSending(options: SenderOptions): { readonly stop: () => Promise<void> } {
  const { engine, writer, callers, restMs, random, onAcked } = options;
  let sending = true;
  let numbers = 0;
  const call = async (caller: number): Promise<void> => {
    while (sending) {
      const number = numbers;
      numbers += 1;
      const command = transferOf(writer, number, caller);
      const began = performance.now();
      const copies = random() * TWICE_ONE_IN < 1 ? [command, command] : [command];
      await Promise.all(copies.map((copy) => postUntilKnown(engine, copy)));
      onAcked(number, performance.now() - began);
      await delay(random() * restMs);
    }
  };
  const done = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  return {
    stop: async () => {
      sending = false;
      await done;
    },
  };
}

/** Sends the same again for as long as its outcome is unknown. @throws when it is refused: everybody has enough */
export async function postUntilKnown(engine: Engine, command: LedgerCommand): Promise<void> {
  for (;;) {
    try {
      const verdict = await engine.post(command, 0);
      if (verdict.type === 'accepted') return;
      throw new Error(`not accepted: ${JSON.stringify(verdict)}`);
    } catch (error) {
      const unknown = error instanceof AppError && (error.kind === 'unavailable' || error.kind === 'exhausted');
      if (!unknown) throw error;
    }
    await delay(50);
  }
}
