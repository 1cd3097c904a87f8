/** The SDK in a real page: bundled as an app bundles it, served from another origin, in Chromium. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '@fanfare/client';
import { eventually, type FaultProxy, faultProxy } from '@fanfare/testing';
import { type Browser, type BrowserSearch, findBrowser, launchBrowser, type Page } from '@fanfare/testing/browser';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Platform, privatePlatform } from '../src/private-platform.ts';
import { administrator, type Person, register } from './people.ts';

interface Site {
  readonly url: string;
  readonly close: () => void;
}

const CUT_MS = 20_000;
const GIFTS = 50;

let search: BrowserSearch;
let browser: Browser | undefined;
let running: Platform | undefined;
let site: Site | undefined;
let proxy: FaultProxy | undefined;
let gateway: string;
const connections: Connection[] = [];

beforeAll(async () => {
  const say = (text: string): boolean => process.stderr.write(`${text}\n`);
  search = await findBrowser(say);
  if ('missing' in search) {
    say(`no page can be tried: ${search.missing}`);
    return;
  }
  browser = await launchBrowser(search.program);
  running = privatePlatform();
  [gateway = ''] = (await running.start()).gateways;
  proxy = await faultProxy(gateway);
  site = await servePage();
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await browser?.close();
  site?.close();
  await proxy?.close();
  await running?.remove();
});

async function servePage(): Promise<Site> {
  const entryPoints = [new URL('../../client/src/index.ts', import.meta.url).pathname];
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false });
  const html = readFileSync(new URL('browser-page.html', import.meta.url));
  const server = createServer((request, response) => {
    if (request.url === '/sdk.js') response.setHeader('content-type', 'text/javascript').end(outputFiles[0]?.contents);
    else response.setHeader('content-type', 'text/html').end(html);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

interface Visit {
  readonly url: string;
  readonly roomId: number;
  /** Else whoever is logged in in this profile. */
  readonly person?: Person;
}

/** A page that is in the room; of a browser profile of its own when it is the browser's. */
async function openPage(from: Pick<Browser, 'newPage'>, { url, roomId, person }: Visit): Promise<Page> {
  const page = await from.newPage();
  const said = encodeURIComponent(JSON.stringify({ url, tokens: person?.client.tokens(), roomId }));
  await page.goto(`${site?.url}#${said}`);
  // There, if not to be seen: a machine without fonts shows no text.
  await page.getByText('The stage').waitFor({ state: 'attached' });
  return page;
}

async function enter(person: Person, roomId: number): Promise<Connection> {
  const connection = await person.client.connect();
  connections.push(connection);
  await connection.joinRoom(roomId);
  return connection;
}

async function openRoom(host: Person): Promise<number> {
  const { id } = await host.client.rooms.createRoom({ name: 'The stage' });
  await enter(host, id);
  return id;
}

const shownBy = (page: Page): Promise<string[]> => page.locator('#gifts li').allTextContents();
const toldBy = (page: Page): Promise<string[]> => page.locator('#told li').allTextContents();

/** Their ids, in the order they were sent, spread over `spreadMs`. */
async function sendGifts(connection: Connection, roomId: number, to: number, count: number, spreadMs: number) {
  const sent: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { id } = await connection.sendGift({ roomId, giftId: 1, quantity: 1, recipientIds: [to] });
    sent.push(id);
    await delay(spreadMs / count);
  }
  return sent;
}

test('a page whose network is cut for twenty seconds shows the fifty gifts sent meanwhile, once and in order', async ({
  skip,
}) => {
  if (browser === undefined || proxy === undefined) return skip('missing' in search ? search.missing : 'no browser');
  const [host, sender, first, second] = await Promise.all([1, 2, 3, 4].map(() => register(gateway)));
  if (!host || !sender || !first || !second) throw new Error('four people are needed');
  const admin = await administrator(gateway);
  await admin.admin.grantAsset(sender.userId, { asset: 'coin', amount: '100000.00', reason: 'test' });
  const roomId = await openRoom(host);
  const connection = await enter(sender, roomId);
  // Two ways to lose a network: the device has none, and something on the way ends and refuses connections.
  const offline = await openPage(browser, { url: gateway, roomId, person: first });
  const cutOff = await openPage(browser, { url: proxy.url, roomId, person: second });
  const watching = [offline, cutOff];
  const give = (count: number, spreadMs: number) => sendGifts(connection, roomId, host.userId, count, spreadMs);

  const before = await give(3, 0);
  for (const page of watching) await eventually(async () => expect(await shownBy(page)).toEqual(before));
  // As the browser's own developer tools do it: open connections stall, new ones fail, `offline` is told.
  await offline.context().setOffline(true);
  proxy.cut();
  const back = delay(CUT_MS);
  const missed = await give(GIFTS, CUT_MS / 2);
  await back;
  for (const page of watching) expect(await shownBy(page)).toEqual(before);
  await offline.context().setOffline(false);
  proxy.pass();

  for (const page of watching) {
    await eventually(async () => expect(await shownBy(page)).toEqual([...before, ...missed]), 30_000);
  }
  const after = await give(3, 0);
  for (const page of watching) {
    await eventually(async () => expect(await shownBy(page)).toEqual([...before, ...missed, ...after]));
    expect(await toldBy(page)).toEqual(['connected recovered=true', 'roomResumed recovered=true']);
  }
});

test('the pages of an app are one session, whichever of them renews it', async ({ skip }) => {
  if (browser === undefined) return skip('missing' in search ? search.missing : 'no browser');
  const [host, person] = await Promise.all([register(gateway), register(gateway)]);
  const roomId = await openRoom(host);
  const profile = await browser.newContext();
  const first = await openPage(profile, { url: gateway, roomId, person });
  const second = await openPage(profile, { url: gateway, roomId });
  const renewed = (page: Page): Promise<unknown> => page.evaluate('client.refresh()');
  await Promise.all([renewed(first), renewed(second)]);
  await renewed(first);
  await renewed(second);
  const seenBy = (page: Page): Promise<unknown> =>
    page.evaluate('client.users.getMe().then(({ id }) => [id, client.tokens()])');
  expect(await seenBy(first)).toEqual([person.userId, expect.anything()]);
  expect(await seenBy(second)).toEqual(await seenBy(first));
});
