/**
 * Combos: the same gift from the same sender to the same recipients in the same room under one combo id, each within
 * the window after the one before, count up by one. Numbers are given out before the ledger decides, because the ack
 * and every repeat carry them; one that is certainly not used (combo-number.ts) is taken back while it is the newest. So
 * no two gifts of a combo have the same number, and a number may be missing when a gift failed while the next was
 * already under way, or when its outcome was left open.
 */
import { createHash } from 'node:crypto';
import type { Sql } from '@fanfare/database';
import { type Clock, commonErrors, type Logger, type Part } from '@fanfare/kit';
import { coalescer, type Waiting } from '../coalescer.ts';
import type { GiftRequest } from '../sending/send-request.ts';

export interface CombosOptions {
  readonly sql: Sql;
  readonly windowMs: number;
  readonly queueLimit: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onBatch: (waitedMs: readonly number[]) => void;
}

export interface Combos extends Part {
  /** The gift's number in its combo; 1 without a combo id. @throws UNAVAILABLE when the database is away */
  readonly next: (request: GiftRequest, until: number) => Promise<number>;
  /** Takes a number back that no gift carries, if it is still the newest. Best effort: never rejects. */
  readonly giveBack: (request: GiftRequest, count: number) => Promise<void>;
}

interface ComboKey {
  readonly senderId: bigint;
  readonly key: string;
}

const SWEEP_MS = 600_000;

export function combos(options: CombosOptions): Combos {
  const { sql, log, windowMs } = options;
  const number = coalescer<ComboKey, number>({
    queueLimit: options.queueLimit,
    clock: options.clock,
    onBatch: options.onBatch,
    run: async (batch) => {
      try {
        return await countUp(sql, batch, windowMs);
      } catch (error) {
        log.warn({ err: error }, 'combos not counted');
        throw commonErrors.UNAVAILABLE();
      }
    },
  });
  let sweeping: NodeJS.Timeout | undefined;

  return {
    name: 'combos',
    next: async (request, until) => (request.comboId === null ? 1 : number(comboKeyOf(request), until)),
    giveBack: async (request, count) => {
      if (request.comboId === null) return;
      await takeBack(sql, comboKeyOf(request), count).catch((error: unknown) =>
        log.debug({ err: error }, 'a combo number was not taken back'),
      );
    },
    start: async () => {
      sweeping = setInterval(() => {
        sweep(sql, windowMs).catch((error: unknown) => log.warn({ err: error }, 'old combos not removed'));
      }, SWEEP_MS);
    },
    stop: async () => clearInterval(sweeping),
  };
}

/** In whatever order the recipients were named. */
export function comboKeyOf({ senderId, giftId, roomId, recipientIds, comboId }: GiftRequest): ComboKey {
  const recipients = recipientIds.map(String).sort();
  const text = JSON.stringify([String(giftId), String(roomId), recipients, comboId]);
  return { senderId, key: createHash('sha256').update(text).digest('hex') };
}

/** One statement for the batch; two sends of one combo in it get neighbouring numbers. */
async function countUp(sql: Sql, batch: readonly Waiting<ComboKey>[], windowMs: number): Promise<readonly number[]> {
  const nameOf = ({ senderId, key }: ComboKey): string => `${senderId} ${key}`;
  const groups = Map.groupBy(batch, ({ item }) => nameOf(item));
  const keys = [...groups.values()].flatMap(([first]) => (first === undefined ? [] : [first.item]));
  const { rows } = await sql.query<{ sender_id: string; combo_key: string; count: number }>(
    `insert into combos as combo (sender_id, combo_key, count, last_at)
     select sender_id, combo_key, count, now()
       from unnest($1::bigint[], $2::text[], $3::integer[]) as sent (sender_id, combo_key, count)
      order by sender_id, combo_key
     on conflict (sender_id, combo_key) do update set
       count = case when combo.last_at > excluded.last_at - make_interval(secs => $4::double precision / 1000)
                    then combo.count else 0 end + excluded.count,
       last_at = greatest(combo.last_at, excluded.last_at)
     returning sender_id, combo_key, count`,
    [keys.map((k) => k.senderId), keys.map((k) => k.key), keys.map((k) => groups.get(nameOf(k))?.length), windowMs],
  );
  const next = new Map(
    rows.map((row) => {
      const name = `${row.sender_id} ${row.combo_key}`;
      return [name, row.count - (groups.get(name)?.length ?? 0)];
    }),
  );
  return batch.map(({ item }) => {
    const count = (next.get(nameOf(item)) ?? 0) + 1;
    next.set(nameOf(item), count);
    return count;
  });
}

async function takeBack(sql: Sql, { senderId, key }: ComboKey, count: number): Promise<void> {
  await sql.query('update combos set count = count - 1 where sender_id = $1 and combo_key = $2 and count = $3', [
    senderId,
    key,
    count,
  ]);
}

/** What has rested longer than the window counts from one anyway. */
async function sweep(sql: Sql, windowMs: number): Promise<void> {
  await sql.query(`delete from combos where last_at < now() - make_interval(secs => $1::double precision / 1000)`, [
    windowMs * 2,
  ]);
}
