/** From the protocol of the sockets to the SDK's types of events, commands and refusals. */
import { type AsyncApi, type Message, nameIn, objectOf, type Schema } from './public-documents.ts';

const described = ({ summary, payload }: Message): Schema => ({ ...payload, description: summary });

const fieldOf = ({ payload }: Message, name: string): Schema =>
  (payload['properties'] as Readonly<Record<string, Schema>>)[name] as Schema;

/** By the names that the SDK exports them under. */
export function socketSchemas({ operations, components: { messages } }: AsyncApi): Readonly<Record<string, Schema>> {
  const named = (name: string): Message => messages[name] as Message;
  const receivedOn = (...channels: readonly string[]): readonly string[] => [
    ...new Set(channels.flatMap((channel) => operations[`receive.${channel}`]?.messages.map(nameIn) ?? [])),
  ];
  const eventsOn = (...channels: readonly string[]): Schema =>
    objectOf(Object.fromEntries(receivedOn(...channels).map((name) => [name, described(named(name))])));
  const commands = Object.entries(operations).filter(([, { action }]) => action === 'send');
  const commandOf = (name: string): Schema => ({
    ...objectOf({ payload: named(name).payload, data: fieldOf(named(`${name}.ack`), 'data') }),
    description: named(name).summary,
  });
  return {
    ServerEvents: {
      ...eventsOn('user', 'room', 'all'),
      description: 'What a connection is told on its channels, by name.',
    },
    SessionInfo: described(named('session')),
    Closing: described(named('closing')),
    Commands: {
      ...objectOf(Object.fromEntries(commands.map(([name]) => [name, commandOf(name)]))),
      description: 'What a socket may ask: what it sends, and the data of the ack.',
    },
    SocketError: { ...fieldOf(named('refused'), 'error'), description: 'Why a command was refused.' },
  };
}
