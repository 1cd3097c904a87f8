/** What of one AsyncAPI document breaks clients that were made from another. */
import { type Direction, type Json, schemaChanges } from './schema-changes.ts';

interface Reference {
  readonly $ref: string;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly messages: readonly Reference[];
  readonly reply?: { readonly messages: readonly Reference[] };
}

interface Message {
  readonly payload: Json;
  readonly headers?: Json;
  readonly 'x-class'?: string;
}

interface CloseCode {
  readonly code: number;
  readonly reason: string;
  readonly comeBack: boolean;
}

/** A sentence for each change that breaks somebody; none when there is nothing to say. */
export const asyncApiChanges = (before: Json, after: Json): string[] => [
  ...operationChanges(before, after),
  ...messageChanges(before, after),
  ...handshakeChanges(before, after),
  ...closeCodeChanges(before, after),
];

const operationsOf = ({ operations = {} }: Json) => operations as Readonly<Record<string, Operation>>;

const messagesOf = ({ components = {} }: Json) =>
  ((components as Json)['messages'] ?? {}) as Readonly<Record<string, Message>>;

const namesOf = (messages: readonly Reference[] = []): readonly string[] =>
  messages.map(({ $ref }) => $ref.slice($ref.lastIndexOf('/') + 1));

function operationChanges(before: Json, after: Json): string[] {
  const later = operationsOf(after);
  return Object.entries(operationsOf(before)).flatMap(([name, { messages }]) => {
    const now = later[name];
    if (now === undefined) return [`${name} is gone`];
    const kept = namesOf(now.messages);
    return namesOf(messages)
      .filter((message) => !kept.includes(message))
      .map((message) => `${name}: ${message} is gone`);
  });
}

/** Commands are sent; events and acks are shown. */
function messageChanges(before: Json, after: Json): string[] {
  const later = messagesOf(after);
  const operations = Object.values(operationsOf(before));
  const sent = new Set(
    operations.filter(({ action }) => action === 'send').flatMap(({ messages }) => namesOf(messages)),
  );
  return Object.entries(messagesOf(before)).flatMap(([name, message]) => {
    const now = later[name];
    // What is gone was told of its operation.
    if (now === undefined) return [];
    const compare = (direction: Direction, where: string, one: Json, other: Json | undefined) =>
      other === undefined ? [`${where} is gone`] : schemaChanges({ direction, before, after }, where, one, other);
    return [
      ...compare(sent.has(name) ? 'sent' : 'shown', name, message.payload, now.payload),
      ...(message.headers === undefined ? [] : compare('shown', `${name}: position`, message.headers, now.headers)),
      ...(message['x-class'] === 'reliable' && now['x-class'] !== 'reliable'
        ? [`${name} is not reliable any more`]
        : []),
    ];
  });
}

function handshakeChanges(before: Json, after: Json): string[] {
  const authOf = (document: Json): unknown => (document['x-handshake'] as Json | undefined)?.['auth'] ?? {};
  return schemaChanges({ direction: 'sent', before, after }, 'handshake', authOf(before), authOf(after));
}

function closeCodeChanges(before: Json, after: Json): string[] {
  const codesOf = (document: Json) => (document['x-close-codes'] ?? []) as readonly CloseCode[];
  const later = codesOf(after);
  return codesOf(before)
    .filter(
      ({ code, reason, comeBack }) =>
        !later.some((now) => now.reason === reason && now.code === code && now.comeBack === comeBack),
    )
    .map(({ code, reason }) => `the close code ${code} ${reason} is gone or means something else`);
}
