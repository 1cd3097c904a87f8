import type { Gift, ListSentGiftsRequest } from '@fanfare/contracts/gifting/v1/gifting_service';
import { userCaller } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let gift: Gift;
beforeAll(async () => {
  stage = await openStage(2);
  gift = await stage.createGift({});
  for (const sender of [100n, 200n, 300n, 400n]) stage.ledger.give(sender, 1_000_000n);
});
afterAll(() => stage?.close());

const page = (of: Partial<ListSentGiftsRequest>, reader: bigint, roles: string[] = []) =>
  stage.call().listSentGifts({ cursor: '', limit: 0, ...of }, { caller: userCaller(reader, { roles }) });

async function everyPage(of: Partial<ListSentGiftsRequest>, reader: bigint): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { gifts, nextCursor } = await page({ ...of, cursor }, reader);
    ids.push(...gifts.map((each) => each.id));
    if (nextCursor === '') return ids;
    cursor = nextCursor;
  }
}

test('an event that comes five times is one row, one announcement and one addition to the totals', async () => {
  await stage.send(100n, { id: 'once', giftId: gift.id, quantity: 2, roomId: 1n, recipientIds: [101n, 102n] });
  const [command] = stage.ledger.posted.filter((each) => each.userId === 100n);
  if (command === undefined) throw new Error('the ledger posted nothing');
  await stage.ledger.publish(command, 5);
  // Long after, the inbox has forgotten the event: the journal's own row still knows it.
  await eventually(async () => expect(await stage.count('sent_gifts where sender_id = 100')).toBe(1));
  await stage.sql.query("delete from platform.inbox where consumer = 'gifting-journal'");
  await stage.ledger.publish(command);
  await eventually(async () => expect(await stage.count('platform.inbox')).toBe(1));
  expect(await stage.count('sent_gifts where sender_id = 100')).toBe(1);
  expect(await stage.count('gift_transactions where sender_id = 100')).toBe(2);
  expect(stage.announced.filter((event) => event.senderId === 100n)).toHaveLength(1);
  const { spent, received } = await stage.call().getTotals({ userId: 100n }, { caller: userCaller(9n) });
  expect([spent, received]).toEqual([
    { currency: 'COIN', minor: 400n },
    { currency: 'DIAMOND', minor: 0n },
  ]);
  const other = await stage.call().getTotals({ userId: 101n }, { caller: userCaller(9n) });
  expect(other.received?.minor).toBe(100n);
});

test('gift.sent has the whole gift: who got what, the multipliers, and the time of the ledger', async () => {
  const ack = await stage.send(100n, { id: 'whole', giftId: gift.id, quantity: 1, recipientIds: [103n], comboId: 'c' });
  const event = await eventually(() => {
    const found = stage.announced.find((each) => each.id === 'whole');
    if (found === undefined) throw new Error('not announced');
    return found;
  });
  expect(event).toMatchObject({
    senderId: 100n,
    giftId: gift.id,
    comboId: 'c',
    comboCount: 1,
    charmXpMultiplier: 1.25,
    sentAt: ack.gift?.sentAt,
  });
  expect(event.roomId).toBeUndefined();
  expect(event.shares).toEqual([
    {
      recipientId: 103n,
      cost: { currency: 'COIN', minor: 100n },
      earnings: { currency: 'DIAMOND', minor: 50n },
      agencyId: undefined,
      commission: { currency: 'DIAMOND', minor: 0n },
    },
  ]);
});

test('the gifts of a room carry versions without a gap, in the order of the outbox', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => `v-${index}`);
  await Promise.all(
    ids.map((id, index) =>
      stage.send(200n, { id, giftId: gift.id, quantity: 1, roomId: 7n, recipientIds: [201n] }, index % 2),
    ),
  );
  await eventually(async () =>
    expect(await stage.count("platform.outbox_sent where headers::json->>'ce-subject' = 'room:7'")).toBe(60),
  );
  const { rows } = await stage.sql.query<{ version: string }>(
    `select headers::json->>'ce-entityversion' as version from platform.outbox_sent
      where headers::json->>'ce-subject' = 'room:7' order by id`,
  );
  expect(rows.map((row) => row.version)).toEqual(ids.map((_, index) => String(index + 1)));
});

test('pages of a room, a sender and a recipient hold every gift once, newest first', async () => {
  for (let index = 0; index < 23; index += 1) {
    const recipientIds = index % 2 === 0 ? [301n] : [301n, 302n];
    await stage.send(300n, { id: `h-${index}`, giftId: gift.id, quantity: 1, roomId: 8n, recipientIds });
  }
  await eventually(async () => expect(await stage.count('sent_gifts where room_id = 8')).toBe(23));
  const { rows } = await stage.sql.query<{ client_id: string; recipient_ids: string[] }>(
    'select client_id, recipient_ids from sent_gifts where room_id = 8 order by id desc',
  );
  const all = rows.map((row) => row.client_id);
  expect(await everyPage({ roomId: 8n, limit: 7 }, 999n)).toEqual(all);
  expect(await everyPage({ senderId: 300n, limit: 23 }, 300n)).toEqual(all);
  expect(await everyPage({ recipientId: 301n }, 301n)).toEqual(all);
  const odd = rows.filter((row) => row.recipient_ids.includes('302')).map((row) => row.client_id);
  expect(await everyPage({ recipientId: 302n, limit: 2 }, 302n)).toEqual(odd);
});

test('an item of the history is what the ack was', async () => {
  const ack = await stage.send(400n, {
    id: 'same',
    giftId: gift.id,
    quantity: 3,
    recipientIds: [402n, 401n],
    comboId: 'x',
  });
  await eventually(async () => expect((await page({ senderId: 400n }, 400n)).gifts).toEqual([ack.gift]));
});

test("a user's history is theirs and the administrators', a room's is for everybody", async () => {
  const forbidden = { kind: 'forbidden' };
  await expect(page({ senderId: 300n }, 301n)).rejects.toMatchObject(forbidden);
  await expect(page({ recipientId: 301n }, 300n)).rejects.toMatchObject(forbidden);
  await expect(page({ senderId: 300n }, 1n, ['admin'])).resolves.toBeDefined();
  await expect(page({ roomId: 8n }, 1n)).resolves.toBeDefined();
});

test('a page that cannot be is refused', async () => {
  const invalid = { kind: 'invalid' };
  await expect(page({}, 300n)).rejects.toMatchObject(invalid);
  await expect(page({ roomId: 8n, senderId: 300n }, 300n)).rejects.toMatchObject(invalid);
  await expect(page({ roomId: 8n, limit: 101 }, 300n)).rejects.toMatchObject(invalid);
  await expect(page({ roomId: 8n, cursor: 'x' }, 300n)).rejects.toMatchObject(invalid);
});
