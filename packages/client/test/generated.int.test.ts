/** What is made of the public documents: the SDK's methods, and anybody's client by a tool that is not ours. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { OpenApi, RestOperation } from '../scripts/public-documents.ts';
import { renderApi } from '../scripts/render.ts';
import { restMethods } from '../scripts/rest-methods.ts';
import { restApi } from '../src/generated/api.ts';
import { compiler } from './compiler.ts';

const { folder, complaints, stop } = compiler();
afterAll(stop);

const DOCUMENT = new URL('../../../api/openapi.json', import.meta.url).pathname;
const document = JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenApi;

test('every operation of the API is a method that sends what the document says', async () => {
  for (const { group, name, verb, path, pathParameters } of restMethods(document)) {
    const sent: [string, string][] = [];
    const api = restApi(async (request) => sent.push([request.method, request.path]) as never);
    const methods = api[group as keyof typeof api] as unknown as Record<
      string,
      (...args: string[]) => Promise<unknown>
    >;
    await methods[name]?.(...pathParameters.map((parameter) => `{${parameter.name}}`));
    expect(sent.map(([method, sentTo]) => [method, decodeURIComponent(sentTo)])).toEqual([[verb, path]]);
  }
});

test('a method takes what is in the path, then its body or query, and then the key of what moves money', () => {
  const answers = (data: object) => ({
    201: { content: { 'application/json': { schema: { type: 'object', properties: { data } } } } },
    default: { content: { 'application/json': { schema: {} } } },
  });
  const parameter = (where: string, name: string, type: string) => ({ in: where, name, schema: { type } });
  const operation = (operationId: string, more: Partial<RestOperation>): RestOperation => ({
    operationId,
    summary: 'Do it',
    tags: ['coin requests'],
    security: [{ bearer: [] }],
    responses: answers({ $ref: '#/components/schemas/Thing' }),
    ...more,
  });
  const body = { required: true, content: { 'application/json': { schema: { type: 'object' } } } };
  const approve = operation('approve', {
    parameters: [parameter('path', 'id', 'string'), parameter('header', 'idempotency-key', 'string')],
    requestBody: body,
  });
  const list = operation('list', {
    security: [],
    deprecated: true,
    parameters: [parameter('path', 'userId', 'integer'), parameter('query', 'limit', 'integer')],
    responses: answers({ type: 'array' }),
  });
  const paths = { '/api/v1/things/{id}': { post: approve }, '/api/v1/users/{userId}/things': { get: list } };
  const text = renderApi(restMethods({ paths, components: { schemas: {} } }));
  expect(text.slice(text.indexOf('export'))).toBe(`export const restApi = (send: Send) => ({
  coinRequests: {
    /** Do it. */
    approve: (id: string, body: ApproveBody, options?: CommandOptions) =>
      send<Thing>({ method: 'POST', path: \`/things/\${encodeURIComponent(id)}\`, body, idempotencyKey: keyOf(options) }),
    /** Do it. @deprecated */
    list: (userId: number, query?: ListQuery) =>
      send<ListAnswer>({ method: 'GET', path: \`/users/\${userId}/things\`, query, auth: 'none' }),
  },
});
`);
});

/** A generator and two compilers run. */
const PATIENCE_MS = 60_000;

test('a client made from the document by openapi-typescript compiles', { timeout: PATIENCE_MS }, async () => {
  const cli = new URL('../node_modules/openapi-typescript/bin/cli.js', import.meta.url).pathname;
  execFileSync(process.execPath, [cli, DOCUMENT, '--output', join(folder, 'platform.ts')], { stdio: 'pipe' });
  const program = `
import type { paths } from './platform.ts';
type Json<T> = T extends { readonly content: { readonly 'application/json': infer J } } ? J : never;
type OpenRoom = paths['/api/v1/rooms']['post'];
export async function openRoom(body: Json<OpenRoom['requestBody']>): Promise<string> {
  const answer = await fetch('/api/v1/rooms', { method: 'POST', body: JSON.stringify(body) });
  const { data } = (await answer.json()) as Json<OpenRoom['responses'][201]>;
  return data.name;
}
export const opened = openRoom({ name: 'Lounge', maxParticipants: 10 });
`;
  expect(await complaints([program])).toBe('');
  expect(await complaints([program.replace('maxParticipants: 10', "maxParticipants: '10'")])).toContain('TS2322');
});
