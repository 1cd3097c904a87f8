/** Events: whole Socket.IO messages whose content is wrong. */
import type { Chance } from '@fanfare/testing/chance';
import { ACK, command, eventText, type Layer, type Leniency, type Way, type World } from './frame.ts';
import { deep, mostlyFew, oddJson, oddPosition, poisoned, text } from './garbage.ts';
import { NAMES, pickCommand } from './wrong-fields.ts';

function wrongField(chance: Chance, world: World): Way {
  const { event, right, wrong } = pickCommand(chance, world);
  const field = chance.pick(Object.keys(wrong));
  return command(event, { ...right, [field]: chance.pick(wrong[field] ?? []) });
}

function missingField(chance: Chance, world: World): Way {
  const { event, right } = pickCommand(chance, world);
  const field = chance.pick(Object.keys(right).filter((name) => event !== 'gift.send' || name !== 'roomId'));
  return command(event, { ...right, [field]: undefined });
}

/** The payload as JSON text with something after its last field. */
function spliced(chance: Chance, world: World, member: string, may?: Leniency): Way {
  const { event, right } = pickCommand(chance, world);
  const payload = JSON.stringify(right).replace(/\}$/, `,${member}}`);
  return {
    via: 'session',
    messages: [`42${ACK}["${event}",${payload}]`],
    ack: ACK,
    ...(may === undefined ? {} : { may }),
  };
}

const ODD_NAMES = [
  ...[
    'connect',
    'connect_error',
    'disconnect',
    'disconnecting',
    'newListener',
    'removeListener',
    'error',
    'data',
    'close',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    'then',
    'domain',
    'session',
    'closing',
  ],
  ...[
    'room.join ',
    'ROOM.JOIN',
    'room.join\u0000',
    'gift.sent',
    'balance.updated',
    'tick',
    '',
    ' ',
    '*',
    '\ud800',
    '$&',
    '{event}',
  ],
];

const CHANNELS = [
  ...[
    'private-room.0',
    'private-room.-1',
    'private-room.1e3',
    'private-room.',
    'private-room.99999999999999999999',
    'private-user.1',
  ],
  ...[
    'private-user.',
    'private-',
    'presence-room.1',
    'room.1',
    'user.1',
    'all',
    'edge.>',
    'private-room.*',
    'private-room.>',
    '',
    '\u0000',
  ],
];

function laravel(chance: Chance): Way {
  const event = chance.pick(['subscribe', 'unsubscribe', 'client event']);
  const channel = chance.happens(0.7) ? JSON.stringify(chance.pick(CHANNELS)) : oddJson(chance);
  const auth = chance.pick([
    '{}',
    '{"headers":{}}',
    `{"headers":${oddJson(chance)}}`,
    oddJson(chance),
    '{"headers":{"Authorization":"Bearer x"}}',
  ]);
  const payload = chance.pick([
    `{"channel":${channel},"auth":${auth}}`,
    `{"channel":${channel},"event":${oddJson(chance)},"data":${oddJson(chance)}}`,
    oddJson(chance),
  ]);
  const ack = chance.happens(0.5);
  return {
    via: 'session',
    messages: [`42${ack ? ACK : ''}["${event}",${payload}]`],
    may: 'begin',
    ...(ack ? { ack: ACK } : {}),
  };
}

/** A chat message whose Socket.IO packet has exactly so many bytes. */
function ofSize(size: number): Way {
  const empty = eventText(['chat.send', { id: 'a', roomId: 1, text: '' }]).length;
  return command('chat.send', { id: 'a', roomId: 1, text: 'x'.repeat(size - empty) });
}

const SIZES = [2 ** 16, 2 ** 20].flatMap((size) => [size - 1, size, size + 1, size + 500]);

const joinAt = (off: unknown, { roomTokens }: World, may: Leniency): Way =>
  command('room.join', { token: roomTokens.valid, off }, may);

const events: Layer = {
  name: 'event',
  weight: 28,
  makers: [
    { name: 'an unknown name', make: (chance) => command(chance.pick(ODD_NAMES), {}) },
    { name: 'a name at random', make: (chance) => command(text(chance, 200), { id: 'a' }) },
    {
      name: 'no payload',
      make: (chance) => ({ via: 'session', messages: [eventText([chance.pick(NAMES)])], ack: ACK }),
    },
    {
      name: 'an odd payload',
      make: (chance) => ({
        via: 'session',
        messages: [`42${ACK}["${chance.pick(NAMES)}",${oddJson(chance)}]`],
        ack: ACK,
      }),
    },
    { name: 'a field that is wrong', make: wrongField },
    { name: 'a field that is wrong, once more', make: wrongField },
    { name: 'a field that is missing', make: missingField },
    {
      name: 'a field nobody knows',
      make: (chance, world) => spliced(chance, world, `${JSON.stringify(text(chance, 9))}:${oddJson(chance)}`, 'begin'),
    },
    {
      name: 'a key that reaches prototypes',
      make: (chance, world) => spliced(chance, world, `"x":${poisoned(chance)}`),
    },
    {
      name: 'a deep one',
      make: (chance, world) => spliced(chance, world, `"x":${deep(chance, mostlyFew(chance, 10_000))}`, 'begin'),
    },
    {
      name: 'text only a service judges',
      make: (chance) => command('chat.send', { id: text(chance, 100), roomId: 1, text: text(chance, 1000) }, 'reach'),
    },
    {
      name: 'no answer wanted',
      make: (chance) => ({ via: 'session', messages: [`42["${chance.pick(NAMES)}",${oddJson(chance)}]`] }),
    },
    {
      name: 'many arguments',
      make: (chance) => ({
        via: 'session',
        messages: [`42${ACK}["${chance.pick(NAMES)}"${`,${oddJson(chance)}`.repeat(chance.between(2, 12))}]`],
        ack: ACK,
      }),
    },
    { name: 'a laravel dialect', make: laravel },
  ],
};

const rooms: Layer = {
  name: 'room',
  weight: 8,
  makers: [
    {
      name: 'a token that is wrong',
      make: (chance, { tokens, roomTokens }) =>
        command('room.join', {
          token: chance.pick([
            roomTokens.ofAnother,
            roomTokens.expired,
            roomTokens.otherSecret,
            tokens.valid,
            `${roomTokens.valid}x`,
          ]),
        }),
    },
    { name: 'a position that is none', make: (chance, world) => joinAt(oddPosition(chance), world, 'begin') },
    {
      name: 'a position of another',
      make: (chance, world) => joinAt(chance.pick(Object.values(world.positions)), world, 'recover'),
    },
  ],
};

/** Seldom, because each is a thousand messages or a megabyte. */
const bulk: Layer = {
  name: 'bulk',
  weight: 0.4,
  makers: [
    { name: 'a size at a limit', make: (chance) => ofSize(chance.pick(SIZES)) },
    {
      name: 'commands without waiting',
      make: (chance) => ({
        via: 'session',
        messages: Array.from(
          { length: chance.between(500, 2000) },
          (_, n) => `42${n + 1000}["chat.send",${oddJson(chance)}]`,
        ),
      }),
    },
    {
      name: 'a list as long as a message',
      make: () =>
        command('gift.send', { id: 'a', giftId: 1, quantity: 1, recipientIds: Array<object>(16_000).fill({}) }),
    },
    { name: 'a list of lists', make: () => command('gift.send', Array<unknown[]>(20_000).fill([])) },
  ],
};

export const COMMAND_LAYERS: readonly Layer[] = [events, rooms, bulk];
