/** Makes the SDK's types and REST methods of the documents in `api/`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { AsyncApi, OpenApi, Schema } from './public-documents.ts';
import { renderApi, renderObjects, withPlainComments } from './render.ts';
import { restMethods } from './rest-methods.ts';
import { socketSchemas } from './socket-schemas.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../api/${name}`, import.meta.url), 'utf8'));

const generated = new URL('../src/generated/', import.meta.url);
const write = (name: string, text: string): void => writeFileSync(new URL(name, generated), text);

const openApi = read('openapi.json') as OpenApi;
const asyncApi = read('asyncapi.json') as AsyncApi;

const methods = restMethods(openApi);
const inputs = methods.flatMap(({ query, body, answer }) => [query, body, answer]);
const schemas: Readonly<Record<string, Schema>> = {
  // An object that both documents have is the same in both; those of REST are told as they are shown.
  ...asyncApi.components.schemas,
  ...openApi.components.schemas,
  ...Object.fromEntries(inputs.flatMap((input) => (input?.schema === undefined ? [] : [[input.type, input.schema]]))),
  ...socketSchemas(asyncApi),
};
const document = { openapi: '3.1.0', info: { title: '', version: '' }, paths: {}, components: { schemas } };
const ast = await openapiTS(document as OpenAPI3, { immutable: true, defaultNonNullable: false, silent: true });

mkdirSync(generated, { recursive: true });
write('schemas.ts', withPlainComments(astToString(ast)));
write(
  'objects.ts',
  renderObjects(
    Object.fromEntries(Object.entries(schemas).map(([name, { description }]) => [name, description as string])),
  ),
);
write('api.ts', renderApi(methods));
