/** People who go on sending gifts whatever happens to the platform, and one who watches the room. */
import { randomUUID } from 'node:crypto';
import { type Client, type Connection, createClient } from '@fanfare/client';
import { ADMINISTRATOR } from '../platform/demo-accounts.ts';

export interface GiftTraffic {
  /** Ids of the gifts that were acknowledged, in order of their acks. */
  readonly acked: () => readonly string[];
  /** Ends after each sender's current gift has been acknowledged. */
  readonly stop: () => Promise<void>;
  /** What is not as promised; empty when all is. Call it after `stop`. */
  readonly problems: () => Promise<readonly string[]>;
  readonly close: () => void;
}

interface Sender {
  readonly client: Client;
  readonly connection: Connection;
  sent: number;
}

const COINS = 100_000;
const PATIENCE_MS = 30_000;
/** Between two gifts of one sender: enough traffic to be caught in the middle, not so much that it is a load test. */
const PAUSE_MS = 20;

/** @param url of the gateway that everybody uses */
export async function startGiftTraffic(url: string, senders: number): Promise<GiftTraffic> {
  const admin = createClient({ url });
  await admin.login(ADMINISTRATOR);
  const [gift] = (await admin.gifts.listGifts()).items;
  if (gift === undefined) throw new Error('the catalogue is empty');
  const host = await enter(url);
  const { id: roomId } = await host.client.rooms.createRoom({ name: 'Kill soak' });
  const seen: string[] = [];
  let gaps = 0;
  host.connection.on('gift.sent', ({ id }) => void seen.push(id));
  host.connection.on('gap', () => {
    gaps += 1;
  });
  await host.connection.joinRoom(roomId);
  const recipientIds = [host.connection.session().userId];

  const acked: string[] = [];
  let running = true;
  async function send(sender: Sender): Promise<void> {
    while (running) {
      const { id } = await sender.connection.sendGift({ roomId, giftId: gift?.id ?? 0, quantity: 1, recipientIds });
      sender.sent += 1;
      acked.push(id);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
  const people: Sender[] = [];
  for (let i = 0; i < senders; i += 1) {
    const person = await enter(url);
    const coins = { asset: 'coin', amount: COINS.toFixed(2), reason: 'kill soak' } as const;
    await admin.admin.grantAsset(person.connection.session().userId, coins);
    await person.connection.joinRoom(roomId);
    people.push({ ...person, sent: 0 });
  }
  const failures: string[] = [];
  const sending = Promise.all(people.map((person) => send(person).catch((error) => failures.push(`sender: ${error}`))));

  return {
    acked: () => acked,
    stop: async () => {
      running = false;
      await sending;
    },
    problems: async () => {
      const history = await wholeHistory(host.client, roomId, acked.length);
      await until(() => gaps > 0 || new Set(seen).size >= acked.length);
      return [
        ...failures,
        ...compare('history', acked, history),
        // Who was told of a gap loads the history instead.
        ...(gaps === 0 ? compare('room', acked, seen) : []),
        ...(await wrongBalances(people, Number(gift.price))),
        ...(await unbalanced(admin)),
      ];
    },
    close: () => {
      for (const { connection } of [host, ...people]) connection.close();
    },
  };
}

async function enter(url: string): Promise<Omit<Sender, 'sent'>> {
  const client = createClient({ url });
  const username = `k${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  await client.register({ username, email: `${username}@example.com`, password: 'correct horse battery' });
  return { client, connection: await client.connect() };
}

/** The room's history once it has at least `expected` gifts, or what there is when patience ends. */
async function wholeHistory(client: Client, roomId: number, expected: number): Promise<readonly string[]> {
  let ids: string[] = [];
  await until(async () => {
    ids = [];
    let cursor = '';
    do {
      const page = await client.gifts.listRoomGifts(roomId, { limit: 100, cursor });
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? '';
    } while (cursor !== '');
    return ids.length >= expected;
  });
  return ids;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await condition()) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 200));
}

function compare(where: string, acked: readonly string[], found: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1);
  const missing = acked.filter((id) => !counts.has(id));
  const doubled = [...counts].filter(([, count]) => count > 1);
  const unknown = found.filter((id) => !acked.includes(id));
  return [
    ...(missing.length === 0
      ? []
      : [`${where}: ${missing.length} acknowledged gifts are missing, first ${missing[0]}`]),
    ...(doubled.length === 0
      ? []
      : [`${where}: ${doubled.length} gifts are there more than once, first ${doubled[0]}`]),
    ...(unknown.length === 0 ? [] : [`${where}: ${unknown.length} gifts were never acknowledged, first ${unknown[0]}`]),
  ];
}

async function wrongBalances(people: readonly Sender[], price: number): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { client, sent } of people) {
    const { coin } = (await client.wallet.getWallet()).balances;
    const expected = (COINS - sent * price).toFixed(2);
    if (coin !== expected) problems.push(`wallet: ${coin} coins after ${sent} gifts, ${expected} expected`);
  }
  return problems;
}

async function unbalanced(admin: Client): Promise<readonly string[]> {
  const { sums } = await admin.admin.getTrialBalance();
  return Object.values(sums).every((sum) => Number(sum) === 0) ? [] : [`trial balance: ${JSON.stringify(sums)}`];
}
