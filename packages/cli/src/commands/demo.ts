/** Two people, a room and some gifts, by real clients against the running platform; tells what each socket received. */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Client, type Connection, createClient, type SentGiftReceipt } from '@fanfare/client';
import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode, Failure } from '../exit-codes.ts';
import { dataFolder, ROOT } from '../paths.ts';
import { currentSupervisor, dataFolderAt, readState } from '../platform/data-folder.ts';
import { ADMINISTRATOR } from '../platform/demo-accounts.ts';
import { gatewaysOf } from '../platform/topology.ts';

interface Person {
  readonly name: string;
  readonly userId: number;
  readonly client: Client;
  readonly connection: Connection;
  /** What the socket received, in order. */
  readonly received: string[];
}

const COINS = '1000.00';
const EVENTS = ['gift.sent', 'chat.message', 'balance.updated', 'room.participant_count'] as const;
/** How long the demo waits for the last event before it says that something is missing. */
const PATIENCE_MS = 10_000;

export async function run(args: Arguments): Promise<ExitCode> {
  const path = dataFolder(args.text('data-dir'));
  const gateways = runningGateways(path) ?? startPlatform(path);
  // Sender and recipient on different gateways where there are several.
  const [first, second = first] = gateways;
  if (first === undefined || second === undefined) throw new Failure('the platform has no gateway');
  const people = [await enter(first, 'sender'), await enter(second, 'recipient')] as const;
  try {
    return await play(first, ...people);
  } finally {
    for (const { connection } of people) connection.close();
  }
}

function runningGateways(path: string): readonly string[] | undefined {
  const folder = dataFolderAt(path);
  const state = currentSupervisor(folder) === undefined ? undefined : readState(folder);
  return state?.started === true ? gatewaysOf(state.services) : undefined;
}

function startPlatform(path: string): readonly string[] {
  console.error('fanfare: nothing runs yet, starting it; "./fanfare down" stops it');
  const main = join(ROOT, 'packages/cli/src/main.ts');
  spawnSync(process.execPath, [main, 'up', '--detach', '--data-dir', path], { stdio: ['ignore', 2, 2] });
  const gateways = runningGateways(path);
  if (gateways === undefined) throw new Failure('the platform did not start, see above');
  return gateways;
}

async function enter(url: string, name: string): Promise<Person> {
  const client = createClient({ url });
  const username = `${name}_${randomBytes(4).toString('hex')}`;
  const { user } = await client.register({ username, email: `${username}@demo.local`, password: 'fanfare-demo' });
  const connection = await client.connect();
  const received: string[] = [];
  for (const event of EVENTS) {
    connection.on(event, (data) => received.push(`${event} ${JSON.stringify(data)}`));
  }
  say(`${name} registers as ${username} (user ${user.id}) and connects to ${url}`);
  return { name, userId: user.id, client, connection, received };
}

async function play(url: string, sender: Person, recipient: Person): Promise<ExitCode> {
  const admin = createClient({ url });
  await admin.login(ADMINISTRATOR);
  await admin.admin.grantAsset(sender.userId, { asset: 'coin', amount: COINS, reason: 'demo' });
  say(`an administrator grants the sender ${COINS} coins`);

  const room = await recipient.client.rooms.createRoom({ name: 'Demo room' });
  for (const person of [recipient, sender]) await person.connection.joinRoom(room.id);
  say(`the recipient opens room ${room.id}; both join it`);

  const message = await sender.connection.sendChat(room.id, 'Hello, everybody!');
  say(`the sender says "${message.text}"`);
  const gifts = await sendGifts(sender, recipient, room.id);

  const complete = await allArrived([sender, recipient], gifts);
  for (const person of [sender, recipient]) await report(person);
  const { sums, journals, entries } = await admin.admin.getTrialBalance();
  const isZero = Object.values(sums).every((sum) => Number(sum) === 0);
  say(`\ntrial balance: ${JSON.stringify(sums)} over ${journals} journals and ${entries} entries`);
  if (complete && isZero) return EXIT.ok;
  console.error(isZero ? 'fanfare: not every event arrived' : 'fanfare: the ledger is not balanced');
  return EXIT.failed;
}

/** One single gift, then a combo of three. */
async function sendGifts(sender: Person, recipient: Person, roomId: number): Promise<readonly SentGiftReceipt[]> {
  const [gift] = (await sender.client.gifts.listGifts()).items;
  if (gift === undefined) throw new Failure('the catalogue is empty; start with ./fanfare up --fresh');
  const order = { roomId, giftId: gift.id, recipientIds: [recipient.userId] };
  const sent = [await sender.connection.sendGift({ ...order, quantity: 2 })];
  for (let tap = 0; tap < 3; tap += 1) {
    sent.push(await sender.connection.sendGift({ ...order, quantity: 1, comboId: 'demo' }));
  }
  for (const { quantity, totalCost, comboCount, balances } of sent) {
    say(
      `gift acked: ${quantity} x ${gift.name} for ${totalCost} coins, combo ${comboCount}; ${balances.coin} coins left`,
    );
  }
  return sent;
}

/** Whether every gift and a balance after the last one reached both sockets. */
async function allArrived(people: readonly Person[], gifts: readonly SentGiftReceipt[]): Promise<boolean> {
  const deadline = Date.now() + PATIENCE_MS;
  const isComplete = ({ received }: Person): boolean =>
    gifts.every(({ id }) => received.some((line) => line.startsWith('gift.sent') && line.includes(`"${id}"`))) &&
    received.filter((line) => line.startsWith('balance.updated')).length >= gifts.length;
  while (!people.every(isComplete) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  return people.every(isComplete);
}

async function report({ name, received, client }: Person): Promise<void> {
  say(`\nthe ${name}'s socket received:`);
  for (const line of received) say(`  ${line}`);
  const { coin, diamond, point } = (await client.wallet.getWallet()).balances;
  say(`  balances: ${coin} coins, ${diamond} diamonds, ${point} points`);
}

const say = (text: string): void => console.log(text);
