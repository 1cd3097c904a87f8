/** The README's tables of the sockets show what the areas have, in both directions. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { notificationData } from '../areas/wallet/notification.ts';
import { publicFace } from '../areas.ts';
import { CLOSE_CODES } from '../socket/close-codes.ts';
import { asyncApiDocument } from './async-api.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

const { events, commands } = publicFace;
const { messages } = asyncApiDocument(publicFace).components;

/** The rows of the table whose head begins so, cell by cell. */
function rowsUnder(head: string): readonly (readonly string[])[] {
  const [, body] = readme.split(`\n| ${head} |`);
  if (body === undefined) throw new Error(`the README has no table with the head "${head}"`);
  const [, , ...rest] = body.split('\n');
  const rows = rest.slice(
    0,
    rest.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

const withoutTicks = (cell = ''): string => cell.replaceAll('`', '');

/** `{id, roomId?}: why` -> [id, roomId?]; a cell without braces says it in words. */
const fieldsIn = (cell = ''): readonly string[] | null =>
  /\{([^}]*)\}/
    .exec(cell)?.[1]
    ?.split(',')
    .map((field) => field.trim().replace(/:.*/, ''))
    .sort() ?? null;

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly ObjectSchema[];
}

/** The fields of a message's payload, those that may be missing with a question mark. */
function fieldsOf(name: string): readonly string[] {
  const { payload } = (messages as unknown as Readonly<Record<string, { readonly payload: ObjectSchema }>>)[name] ?? {};
  const { properties = {}, required = [] } = payload?.oneOf?.[0] ?? payload ?? {};
  return Object.keys(properties)
    .map((field) => (required.includes(field) ? field : `${field}?`))
    .sort();
}

test('it lists every event that the server emits, with its class', () => {
  const listed = rowsUnder('server emits | on | data | class').map(([name, , , kind]) => [withoutTicks(name), kind]);
  const known = events.map((event) => [event.name, event.on.includes('socket') ? '' : event.class]);
  expect([...listed].sort()).toEqual(known.sort());
});

test('it lists every command that a client may send', () => {
  const listed = rowsUnder('client sends | payload | ack `data`').map(([name]) => withoutTicks(name));
  expect([...listed].sort()).toEqual(commands.map(({ event }) => event).sort());
});

test('it shows the fields that each of them has', () => {
  const emitted = rowsUnder('server emits | on | data | class').map(
    ([name, , data]) => [withoutTicks(name), data] as const,
  );
  const sent = rowsUnder('client sends | payload | ack `data`').map(
    ([name, data]) => [withoutTicks(name), data] as const,
  );
  const shown = [...emitted, ...sent].filter(([, data]) => fieldsIn(data) !== null);
  expect(shown.length).toBeGreaterThan(10);
  expect(shown.map(([name, data]) => [name, fieldsIn(data)])).toEqual(shown.map(([name]) => [name, fieldsOf(name)]));
});

test('it lists every type of notification', () => {
  const listed = rowsUnder('`type` | `eventType` | when | `data`').map((row) => row.slice(0, 2).map(withoutTicks));
  const known = notificationData.options.map(({ shape }) => [shape.type.value, shape.eventType.value]);
  expect([...listed].sort()).toEqual(known.sort());
});

test('it lists every close code', () => {
  const listed = rowsUnder('code | reason | when').map(([code, reason]) => [withoutTicks(reason), Number(code)]);
  expect([...listed].sort()).toEqual(Object.entries(CLOSE_CODES).sort());
});
