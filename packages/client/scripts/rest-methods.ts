/** From the operations of REST to the SDK's methods: what each is called, what it takes, and the names of its types. */
import { jsonOf, type OpenApi, objectOf, type Parameter, type RestOperation, type Schema } from './public-documents.ts';

export interface RestMethod {
  /** The section of the reference: `coinRequests`. */
  readonly group: string;
  readonly name: string;
  readonly summary: string;
  readonly deprecated: boolean;
  readonly verb: string;
  /** Below `/api/v1`, with `{id}` where a parameter goes. */
  readonly path: string;
  readonly pathParameters: readonly { readonly name: string; readonly isNumber: boolean }[];
  readonly query: NamedSchema | undefined;
  readonly body: NamedSchema | undefined;
  readonly answer: NamedSchema;
  /** Unless somebody has to be logged in. */
  readonly auth: 'none' | 'optional' | undefined;
  readonly movesMoney: boolean;
}

/** A type of the SDK. Without a schema it has one already: that of an object of the document, or null. */
interface NamedSchema {
  readonly type: string;
  readonly schema?: Schema;
  readonly isOptional: boolean;
}

const PREFIX = '/api/v1';

/** What is not below the prefix has no envelope, and is nothing that an app calls. */
export const restMethods = ({ paths }: OpenApi): readonly RestMethod[] =>
  Object.entries(paths)
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([verb, operation]) => methodOf(path.slice(PREFIX.length), verb, operation)),
    );

function methodOf(path: string, verb: string, operation: RestOperation): RestMethod {
  const { operationId, summary, tags, deprecated = false, security, parameters = [] } = operation;
  const typeName = `${operationId.charAt(0).toUpperCase()}${operationId.slice(1)}`;
  const of = (where: string): readonly Parameter[] => parameters.filter((parameter) => parameter.in === where);
  return {
    group: camelCase(tags[0] ?? ''),
    name: operationId,
    summary,
    deprecated,
    verb: verb.toUpperCase(),
    path,
    pathParameters: of('path').map(({ name, schema }) => ({ name, isNumber: schema['type'] === 'integer' })),
    query: queryOf(`${typeName}Query`, of('query')),
    body: bodyOf(`${typeName}Body`, operation),
    answer: answerOf(`${typeName}Answer`, operation),
    auth: authOf(security),
    movesMoney: of('header').some(({ name }) => name === 'idempotency-key'),
  };
}

function authOf(security: readonly object[]): RestMethod['auth'] {
  if (security.length === 0) return 'none';
  return security.some((way) => Object.keys(way).length === 0) ? 'optional' : undefined;
}

const camelCase = (words: string): string =>
  words.replace(/[^a-z0-9]+(.)/gi, (_, first: string) => first.toUpperCase());

function queryOf(type: string, parameters: readonly Parameter[]): NamedSchema | undefined {
  if (parameters.length === 0) return undefined;
  const properties = parameters.map(({ name, schema, description }) => [name, { ...schema, description }] as const);
  const required = parameters.filter((parameter) => parameter.required === true).map(({ name }) => name);
  return { type, schema: objectOf(Object.fromEntries(properties), required), isOptional: required.length === 0 };
}

function bodyOf(type: string, { requestBody }: RestOperation): NamedSchema | undefined {
  const schema = requestBody && jsonOf(requestBody);
  return schema && { type, schema, isOptional: requestBody.required !== true };
}

/** `data` of the envelope. */
function answerOf(type: string, { operationId, responses }: RestOperation): NamedSchema {
  const [answer] = Object.entries(responses).flatMap(([status, each]) => (status === 'default' ? [] : [jsonOf(each)]));
  const data = (answer?.['properties'] as Readonly<Record<string, Schema>> | undefined)?.['data'];
  if (data === undefined) throw new Error(`${operationId} answers nothing in the envelope`);
  const { $ref } = data;
  if (typeof $ref === 'string') return { type: $ref.slice($ref.lastIndexOf('/') + 1), isOptional: false };
  return data['type'] === 'null' ? { type: 'null', isOptional: false } : { type, schema: data, isOptional: false };
}
