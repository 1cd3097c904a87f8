/** What of one OpenAPI document breaks clients that were made from another. */
import { type Comparison, type Direction, type Json, schemaChanges } from './schema-changes.ts';

/** A sentence for each change that breaks somebody; none when there is nothing to say. */
export function openApiChanges(before: Json, after: Json): string[] {
  const later = operationsOf(after);
  return [...operationsOf(before)].flatMap(([name, old]) => {
    const now = later.get(name);
    return now === undefined ? [`${name} is gone`] : operationChanges({ before, after }, name, old, now);
  });
}

type Documents = Omit<Comparison, 'direction'>;

const operationsOf = ({ paths }: Json): ReadonlyMap<string, Json> =>
  new Map(
    Object.entries((paths ?? {}) as Record<string, Record<string, Json>>).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  );

const operationChanges = (documents: Documents, name: string, before: Json, after: Json): string[] => [
  ...nameChanges(name, before, after),
  ...(isOpen(before) && !isOpen(after) ? [`${name} wants somebody logged in now`] : []),
  ...parameterChanges(documents, name, before, after),
  ...bodyChanges(documents, name, before, after),
  ...answerChanges(documents, name, before, after),
];

/** The SDK's methods are named by it. */
function nameChanges(where: string, before: Json, after: Json): string[] {
  const nameOf = ({ tags, operationId }: Json): string =>
    `${(tags as readonly string[] | undefined)?.[0]}.${operationId}`;
  return nameOf(before) === nameOf(after) ? [] : [`${where} is called ${nameOf(after)} and not ${nameOf(before)}`];
}

const isOpen = ({ security = [] }: Json): boolean => {
  const ways = security as readonly object[];
  return ways.length === 0 || ways.some((way) => Object.keys(way).length === 0);
};

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Json;
}

const parametersOf = ({ parameters = [] }: Json): ReadonlyMap<string, Parameter> =>
  new Map((parameters as readonly Parameter[]).map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));

function parameterChanges(documents: Documents, where: string, before: Json, after: Json): string[] {
  const [old, now] = [parametersOf(before), parametersOf(after)];
  const gone = [...old.keys()].filter((key) => !now.has(key)).map((key) => `${where}: ${key} is gone`);
  const kept = [...now].flatMap(([key, { required = false, schema }]) => {
    const earlier = old.get(key);
    const isNewlyRequired = required && earlier?.required !== true;
    return [
      ...(isNewlyRequired ? [`${where}: ${key} is required now`] : []),
      ...(earlier === undefined ? [] : compare(documents, 'sent', `${where}: ${key}`, earlier.schema, schema)),
    ];
  });
  return [...gone, ...kept];
}

const compare = (documents: Documents, direction: Direction, where: string, before: unknown, after: unknown) =>
  schemaChanges({ ...documents, direction }, where, before, after);

interface Body {
  readonly required?: boolean;
  readonly headers?: Json;
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

const schemaOf = (body: Body | undefined): Json | undefined => body?.content?.['application/json']?.schema;

function bodyChanges(documents: Documents, where: string, before: Json, after: Json): string[] {
  const [old, now] = [before['requestBody'], after['requestBody']] as readonly (Body | undefined)[];
  if (now?.required === true && old?.required !== true) return [`${where}: a body is required now`];
  const [earlier, later] = [schemaOf(old), schemaOf(now)];
  if (earlier === undefined) return [];
  return later === undefined
    ? [`${where}: the body is gone`]
    : compare(documents, 'sent', `${where}: body`, earlier, later);
}

function answerChanges(documents: Documents, where: string, before: Json, after: Json): string[] {
  const [old, now] = [before['responses'], after['responses']] as readonly Readonly<Record<string, Body>>[];
  return Object.entries(old ?? {}).flatMap(([status, answer]) => {
    const later = now?.[status];
    if (later === undefined) return [`${where}: the answer ${status} is gone`];
    const headers = Object.keys(answer.headers ?? {}).filter((name) => !(name in (later.headers ?? {})));
    return [
      ...headers.map((name) => `${where}: the header ${name} of ${status} is gone`),
      ...compare(documents, 'shown', `${where}: ${status}`, schemaOf(answer) ?? {}, schemaOf(later) ?? {}),
    ];
  });
}
