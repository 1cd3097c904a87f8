/** Reads a descriptor set from stdin and writes what follows from it: itself, the rules of RPCs, the events. */
import { readFileSync, writeFileSync } from 'node:fs';
import { type DescribedEvent, type DescribedRpc, readContracts } from '../src/described.ts';

const write = (name: string, source: string): void =>
  writeFileSync(new URL(`../src/generated/${name}.ts`, import.meta.url), source);

const quoted = (text: string): string => `'${text}'`;

// What says nothing of itself is left out: a server of such an RPC does not start, and a check names it.
function ruleTable(rpcs: readonly DescribedRpc[]): string {
  const lines = rpcs
    .filter(({ access }) => access !== null)
    .map(({ path, access, idempotency }) => `  '${path}': { access: '${access}', idempotency: '${idempotency}' },`);
  return `import type { RpcRule } from '../rpc-rules.ts';

export const rules: Readonly<Record<string, RpcRule>> = {
${lines.join('\n')}
};
`;
}

/** `UserRegistered` is `events.userRegistered`. */
function eventCatalogue(events: readonly DescribedEvent[]): string {
  const announced = events.filter(({ subject }) => subject !== null);
  const imports = announced.map(({ file, name }) => `import { ${name} } from './proto/${file}.ts';`);
  const entries = announced.map(
    ({ name, subject }) => `  ${name[0]?.toLowerCase()}${name.slice(1)}: event(${quoted(subject ?? '')}, ${name}),`,
  );
  return `import { event } from '../events.ts';
${imports.join('\n')}

export const events = {
${entries.join('\n')}
} as const;
`;
}

const bytes = readFileSync(0);
const { rpcs, events } = readContracts(bytes);
write('descriptors', `export const descriptorSet = ${quoted(bytes.toString('base64'))};\n`);
write('rules', ruleTable(rpcs));
write('events', eventCatalogue(events));
