/**
 * The protocol of the sockets as an AsyncAPI 3.0 document: https://www.asyncapi.com/docs/reference/specification/v3.0.0
 * Made of the events and the commands themselves. Operations are told from the client's point of view:
 * it sends commands and receives events.
 */
import type { CommandProtocol } from '../socket/command.ts';
import { PROTOCOL_VERSION } from '../socket/handshake.ts';
import { accepted, COMMON_REFUSALS, OFF_EXAMPLE, passingPlace, place, refused, refusedExample } from './ack.ts';
import { CLOSE_CODE_RANGES, closeCodes } from './closing.ts';
import { DESCRIPTION } from './description.ts';
import type { ServerEvent, Where } from './event.ts';
import { handshakeAuth, handshakeExamples } from './handshake-auth.ts';
import { collectSchemas, type SchemaCollector } from './json-schema.ts';

export interface Protocol {
  readonly events: readonly ServerEvent[];
  readonly commands: readonly CommandProtocol[];
}

const SCHEMAS = '#/components/schemas';
const ref = (path: string) => ({ $ref: `#/${path}` });

const CHANNELS = {
  socket: {
    address: null,
    summary: 'The connection itself: commands and their acks, and what the connection says of itself.',
    bindings: {
      ws: {
        method: 'GET',
        query: { type: 'object', properties: { EIO: { const: '4' }, transport: { const: 'websocket' } } },
      },
    },
  },
  user: {
    address: 'user.{userId}',
    summary: 'One user, on all of their connections. Open from the handshake on.',
    parameters: { userId: { description: 'The user’s id. Only one’s own channel is shown.' } },
  },
  room: {
    address: 'room.{roomId}',
    summary: 'One room. Open from the ack of `room.join` until the room is left.',
    parameters: { roomId: { description: 'The room’s id. Only its participants are shown its channel.' } },
  },
  all: { address: 'all', summary: 'Everybody who is connected. Nothing is replayed.' },
} satisfies Record<Where, object>;

const wheres = Object.keys(CHANNELS) as Where[];

/** Everything but where it is served. */
export function asyncApiDocument({ events, commands }: Protocol) {
  const schemas = collectSchemas(SCHEMAS);
  const messages = {
    ...Object.fromEntries(events.map((event) => [event.name, eventMessage(schemas, event)])),
    ...Object.fromEntries(commands.flatMap((command) => commandMessages(schemas, command))),
    refused: refusedMessage(schemas),
  };
  const handshake = { auth: schemas.of(handshakeAuth), examples: handshakeExamples };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Fanfare sockets', version: String(PROTOCOL_VERSION), description: DESCRIPTION },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(wheres.map((where) => [where, channel(where, events, commands)])),
    operations: { ...receiving(events), ...Object.fromEntries(commands.map(sending)) },
    components: { messages, schemas: schemas.named },
    'x-handshake': { versions: [PROTOCOL_VERSION], ...handshake, refusal: ref('components/messages/closing') },
    'x-close-code-ranges': CLOSE_CODE_RANGES,
    'x-close-codes': closeCodes,
  };
}

function eventMessage(schemas: SchemaCollector, event: ServerEvent) {
  const { name } = event;
  const headers = event.placeless === true ? undefined : placeExample(event);
  return {
    name,
    title: name,
    summary: event.summary,
    payload: schemas.of(event.data),
    ...(headers !== undefined && { headers: schemas.of(event.passing === true ? passingPlace : place) }),
    examples: event.examples.map((payload) => ({ payload, ...(headers !== undefined && { headers }) })),
    'x-class': event.class,
  };
}

const placeExample = (event: ServerEvent) => ({
  ch: exampleChannel(event),
  ...(event.passing !== true && { off: OFF_EXAMPLE }),
});

const exampleChannel = ({ on: [first] }: ServerEvent): string =>
  first === 'room' ? 'room.42' : first === 'all' ? 'all' : 'user.7';

function commandMessages(schemas: SchemaCollector, { event, summary, payload, ack, example }: CommandProtocol) {
  const command = {
    name: event,
    title: event,
    summary,
    payload: schemas.of(payload),
    examples: [{ payload: example.payload }],
    'x-ack': ref(`components/messages/${event}.ack`),
  };
  const answer = {
    name: `${event}.ack`,
    title: `ack of ${event}`,
    payload: schemas.of(accepted(ack)),
    examples: [{ payload: { ok: true, data: example.data } }],
  };
  return [
    [event, command],
    [`${event}.ack`, answer],
  ] as const;
}

const refusedMessage = (schemas: SchemaCollector) => ({
  name: 'refused',
  title: 'ack of a refused command',
  summary: 'What any command may be answered with.',
  payload: schemas.of(refused),
  examples: [{ payload: refusedExample }],
  'x-refusals': COMMON_REFUSALS,
});

const namesOn = (events: Protocol['events'], where: Where): readonly string[] =>
  events.filter(({ on }) => on.includes(where)).map(({ name }) => name);

function channel(where: Where, events: Protocol['events'], commands: Protocol['commands']) {
  const asked = commands.flatMap(({ event }) => [event, `${event}.ack`]);
  const names = [...namesOn(events, where), ...(where === 'socket' ? [...asked, 'refused'] : [])];
  const messages = Object.fromEntries(names.map((name) => [name, ref(`components/messages/${name}`)]));
  return { ...CHANNELS[where], messages };
}

const messageOf = (where: Where, name: string) => ref(`channels/${where}/messages/${name}`);

const receiving = (events: Protocol['events']) =>
  Object.fromEntries(
    wheres.map((where) => [
      `receive.${where}`,
      {
        action: 'receive',
        channel: ref(`channels/${where}`),
        messages: namesOn(events, where).map((name) => messageOf(where, name)),
      },
    ]),
  );

const sending = ({ event, summary, refusals }: CommandProtocol) =>
  [
    event,
    {
      action: 'send',
      summary,
      channel: ref('channels/socket'),
      messages: [messageOf('socket', event)],
      reply: {
        channel: ref('channels/socket'),
        messages: [messageOf('socket', `${event}.ack`), messageOf('socket', 'refused')],
      },
      'x-refusals': refusals,
    },
  ] as const;
