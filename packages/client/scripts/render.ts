/** From methods and names to TypeScript as it would be written by hand. */
import type { RestMethod } from './rest-methods.ts';

const HEADER = '// Made by `pnpm run generate` of the documents in api/. Do not edit.\n';

/** `/** text *\/`, unless there is nothing to say. */
const comment = (indent: string, text: string | undefined): string => (text ? `${indent}/** ${text} */\n` : '');

/** Comments as an editor shows them, without what the type itself says. */
export const withPlainComments = (text: string): string =>
  text
    .replace(/^ *\/\*\* @(constant|enum|default)\b.*\*\/\n/gm, '')
    .replace(/^ *\* @(constant|enum|default)\b.*\n/gm, '')
    .replaceAll('@description ', '');

/** @param descriptions by the names of the types, which `./schemas.ts` has */
export const renderObjects = (descriptions: Readonly<Record<string, string | undefined>>): string =>
  `${HEADER}import type { components } from './schemas.ts';

type Schemas = components['schemas'];

${Object.entries(descriptions)
  .map(([name, text]) => `${comment('', text)}export type ${name} = Schemas['${name}'];`)
  .join('\n')}
`;

export function renderApi(methods: readonly RestMethod[]): string {
  const types = methods.flatMap(({ query, body, answer }) => [query, body, answer].map((each) => each?.type ?? 'null'));
  const used = [...new Set(types)].filter((type) => type !== 'null').sort();
  return `${HEADER}import { type CommandOptions, keyOf } from '../command-options.ts';
import type { Send } from '../http.ts';
import type {
${used.map((type) => `  ${type},`).join('\n')}
} from './objects.ts';

/** The REST API: \`<section of the reference>.<operationId>\`. */
export const restApi = (send: Send) => ({
${[...groupsOf(methods)].map(([group, its]) => `  ${group}: {\n${its.map(renderMethod).join('')}  },`).join('\n')}
});
`;
}

function groupsOf(methods: readonly RestMethod[]): ReadonlyMap<string, readonly RestMethod[]> {
  const names = [...new Set(methods.map(({ group }) => group))].sort();
  return new Map(names.map((name) => [name, methods.filter(({ group }) => group === name)]));
}

function renderMethod(method: RestMethod): string {
  const { name, verb, body, query, answer, auth, movesMoney, summary, deprecated } = method;
  const request = [
    `method: '${verb}'`,
    `path: ${pathOf(method)}`,
    ...(query === undefined ? [] : ['query']),
    ...(body === undefined ? [] : ['body']),
    ...(auth === undefined ? [] : [`auth: '${auth}'`]),
    ...(movesMoney ? ['idempotencyKey: keyOf(options)'] : []),
  ];
  const text = `${summary}.${deprecated ? ' @deprecated' : ''}`;
  return `${comment('    ', text)}    ${name}: (${parametersOf(method)}) =>
      send<${answer.type}>({ ${request.join(', ')} }),
`;
}

function parametersOf({ pathParameters, query, body, movesMoney }: RestMethod): string {
  return [
    ...pathParameters.map(({ name, isNumber }) => `${name}: ${isNumber ? 'number' : 'string'}`),
    ...(body === undefined ? [] : [`body${body.isOptional ? '?' : ''}: ${body.type}`]),
    ...(query === undefined ? [] : [`query${query.isOptional ? '?' : ''}: ${query.type}`]),
    ...(movesMoney ? ['options?: CommandOptions'] : []),
  ].join(', ');
}

function pathOf({ path, pathParameters }: RestMethod): string {
  if (pathParameters.length === 0) return `'${path}'`;
  const filled = pathParameters.reduce(
    (text, { name, isNumber }) =>
      text.replace(`{${name}}`, isNumber ? `\${${name}}` : `\${encodeURIComponent(${name})}`),
    path,
  );
  return `\`${filled}\``;
}
