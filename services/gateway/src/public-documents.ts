/**
 * The public contract as it is committed in `api/`: OpenAPI of the routes and AsyncAPI of the sockets, made of their
 * schemas alone. Nothing listens, and nobody is asked.
 */
import { createMetrics, silentLogger, systemClock } from '@fanfare/kit';
import { publicFace } from './areas.ts';
import { createHttpApp } from './http/app.ts';
import { asyncApiDocument } from './protocol/async-api.ts';

/** For what routes ask when they are called: here they are only described. */
const nobody = {} as never;

/** The text of each file of `api/` by its name. */
export async function publicDocuments(): Promise<Readonly<Record<string, string>>> {
  const app = await createHttpApp({
    face: publicFace,
    clients: nobody,
    authenticator: nobody,
    limiter: nobody,
    policies: nobody,
    presence: nobody,
    pointCurrencyName: '',
    clock: systemClock,
    log: silentLogger,
    metrics: createMetrics('gateway'),
  });
  await app.ready();
  const openApi = app.swagger();
  await app.close();
  const asyncApi = asyncApiDocument(publicFace);
  return { 'openapi.json': textOf(openApi), 'asyncapi.json': textOf(asyncApi) };
}

/** What is found by name, at whatever depth; a schema's own fields stay as they were written. */
const BY_NAME = new Set(['paths', 'schemas', 'messages', 'channels', 'operations']);

/** Sorted by name where order says nothing, so that moving code changes no line. */
const textOf = (document: object): string => `${JSON.stringify(document, sortedByName, 2)}\n`;

function sortedByName(key: string, value: unknown): unknown {
  if (!BY_NAME.has(key) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.toSorted((one, other) => compare(JSON.stringify(one), JSON.stringify(other)));
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => compare(one, other)));
}

/** The same on every machine, whatever its language. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
