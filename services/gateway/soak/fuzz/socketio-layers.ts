/** Socket.IO packets, and the handshake that is the first of them. */
import type { Chance } from '@fanfare/testing/chance';
import { eventText, type Layer, type Leniency, type Maker, type Message, type Way, type World } from './frame.ts';
import { bytes, deep, mostlyFew, oddJson, oddPosition, poisoned, text } from './garbage.ts';

const said = (...messages: readonly Message[]): Way => ({ via: 'session', messages });

const one = (name: string, make: (chance: Chance) => Message): Maker => ({
  name,
  make: (chance) => said(make(chance)),
});

const MALFORMED = [
  ...[
    '42[',
    '42',
    '42{}',
    '42[]',
    '42null',
    '42"x"',
    '42[null]',
    '42[{}]',
    '42[[]]',
    '42[""]',
    '42[1]',
    '42[-0]',
    '42[1e999]',
  ],
  ...[
    '4',
    '47',
    '48',
    '49',
    '4x',
    '4-1',
    '4999999999999',
    '4\u0000',
    '42]',
    '42["x"',
    '42["x",]',
    "42['x']",
    '42["x"]]',
  ],
  ...['41x', '41{}', '43', '43[', '43[1]', '435', '435[]', '435{}', '439999999999999999999[1]', '44', '44{}', '44"x"'],
  ...['42/', '42/,', '42/admin,["x"]', '42//,["x"]', '42/__proto__,["x"]', `42/${'n'.repeat(3000)},["x"]`],
  ...[
    '42-1["x"]',
    '4299999999999999999999999["x"]',
    '421e3["x"]',
    '42 7["x"]',
    '420x7["x"]',
    '42007["x"]',
    '427',
    '427[1]',
  ],
  ...[
    '45',
    '45-',
    '450-["x"]',
    '45-1-["x"]',
    '4599999-["x"]',
    '45x-["x"]',
    '451',
    '451["x"]',
    '451-',
    '451-[1]',
    '461-[]',
  ],
];

const ATTACHED = [
  '451-["x",{"_placeholder":true,"num":-1}]',
  '451-["x",{"_placeholder":true,"num":1e9}]',
  '451-["x",{"_placeholder":true,"num":"0"}]',
  '451-["x",{"_placeholder":true}]',
  '452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]',
  '451-["x",{"_placeholder":{"_placeholder":true,"num":0},"num":{"_placeholder":true,"num":0}}]',
  '451-["chat.send",{"id":{"_placeholder":true,"num":0},"roomId":1,"text":{"_placeholder":true,"num":0}}]',
  '461-[{"_placeholder":true,"num":0}]',
];

const packets: Layer = {
  name: 'socket.io',
  weight: 20,
  makers: [
    one('a malformed packet', (chance) => chance.pick(MALFORMED)),
    one('a packet cut short', (chance) =>
      cutShort(chance, eventText(['chat.send', { id: 'a', roomId: 1, text: 'x' }])),
    ),
    one('a packet with noise in it', (chance) =>
      noisy(chance, eventText(['chat.send', { id: 'a', roomId: 1, text: 'x' }])),
    ),
    one(
      'attachments that are announced only',
      (chance) => `45${chance.between(1, 10)}-["x",{"_placeholder":true,"num":0}]`,
    ),
    { name: 'placeholders', make: (chance) => said(chance.pick(ATTACHED), bytes(chance, 50), bytes(chance, 50)) },
    {
      name: 'placeholders far down',
      make: (chance) => said(`451-["x",${deep(chance, mostlyFew(chance, 100_000))}]`, bytes(chance, 9)),
    },
    {
      name: 'more attachments than announced',
      make: (chance) => said('451-["x",{"_placeholder":true,"num":0}]', bytes(chance, 9), bytes(chance, 9)),
    },
    {
      name: 'thousands of announcements',
      make: (chance) => said(...Array<string>(mostlyFew(chance, 3000)).fill('451-["x",{"_placeholder":true,"num":0}]')),
    },
    one('more arguments than a call takes', (chance) => `42["x"${',0'.repeat(16 + mostlyFew(chance, 500_000))}]`),
    one(
      'an answer nobody asked for',
      (chance) => `43${chance.between(0, 99)}[${oddJson(chance)}${',0'.repeat(mostlyFew(chance, 400_000))}]`,
    ),
    { name: 'CONNECT again', make: (_, { tokens }) => said(`40${JSON.stringify({ token: tokens.valid })}`) },
    {
      name: 'CONNECT to another namespace',
      make: (chance) =>
        said(`40${chance.pick(['/admin,', '/,', '//', '/__proto__,{}', '/socket.io,{}', `/${'n'.repeat(9999)},`])}`),
    },
    {
      name: 'DISCONNECT, then CONNECT',
      make: (chance, { tokens }) => said('41', `40${JSON.stringify({ token: chance.pick([tokens.valid, 'x']) })}`),
    },
    { name: 'DISCONNECT from another namespace', make: (chance) => said(`41${chance.pick(['/admin,', '/x', '//'])}`) },
  ],
};

const cutShort = (chance: Chance, packet: string): string => packet.slice(0, chance.between(1, packet.length - 1));

function noisy(chance: Chance, packet: string): string {
  const at = chance.between(1, packet.length - 1);
  return packet.slice(0, at) + text(chance, 5) + packet.slice(at + chance.between(0, 3));
}

const greet = (auth: unknown, may?: Leniency): Way => ({
  via: 'handshake',
  auth: JSON.stringify(auth),
  ...(may === undefined ? {} : { may }),
});

const handshakes: Layer = {
  name: 'handshake',
  weight: 12,
  makers: [
    {
      name: 'no object',
      make: (chance) => ({
        via: 'handshake',
        auth: chance.pick(['', '[]', '1', '"x"', 'null', 'true', '{', '[{}]', '{"token":']),
      }),
    },
    {
      name: 'a token of another type',
      make: (chance) => ({ via: 'handshake', auth: `{"token":${oddJson(chance)},"v":1}` }),
    },
    {
      name: 'a token too long',
      make: (chance) => greet({ token: 'x'.repeat(4096 + mostlyFew(chance, 1_000_000)) }),
    },
    { name: 'noise for a token', make: (chance) => greet({ token: text(chance, 300), v: 1 }) },
    { name: 'a token that is wrong', make: (chance, world) => greet({ token: wrongToken(chance, world), v: 1 }) },
    {
      name: 'headers of another type',
      make: (chance) => ({
        via: 'handshake',
        auth: `{"headers":${chance.pick([oddJson(chance), `{"Authorization":${oddJson(chance)}}`, '{"Authorization":"Bearer "}'])}}`,
      }),
    },
    {
      name: 'another version',
      make: (chance, { tokens }) => ({
        via: 'handshake',
        auth: `{"token":"${tokens.valid}","v":${chance.pick(['0', '2', '-1', '"1"', '1.5', '[1]', '{}', 'true', '1e999'])}}`,
      }),
    },
    { name: 'a key that reaches prototypes', make: (chance) => ({ via: 'handshake', auth: poisoned(chance) }) },
    {
      name: 'a deep one',
      make: (chance) => ({ via: 'handshake', auth: `{"token":${deep(chance, mostlyFew(chance, 100_000))}}` }),
    },
    {
      name: 'a position that is none',
      make: (chance, { tokens }) =>
        greet({ token: tokens.valid, off: oddPosition(chance), tick: chance.pick([0, 'x', [], null]) }, 'begin'),
    },
    {
      name: 'a position of another',
      make: (chance, { tokens, positions }) =>
        greet({ token: tokens.valid, off: chance.pick([positions.otherUser, positions.room]) }, 'recover'),
    },
  ],
};

function wrongToken(chance: Chance, { tokens, roomTokens }: World): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const [head = '', claims = '', signature = ''] = tokens.valid.split('.');
  const forever = part({ sub: '1', sid: 'x', roles: ['admin'], iss: 'fanfare', aud: 'fanfare', iat: 1, exp: 9e9 });
  return chance.pick([
    tokens.expired,
    tokens.otherAudience,
    tokens.otherIssuer,
    tokens.publicKeyAsSecret,
    roomTokens.valid,
    `${part({ alg: 'none' })}.${forever}.`,
    `${part({ alg: 'none', kid: 'one' })}.${forever}.${signature}`,
    `${part({ alg: 'EdDSA', kid: chance.pick([null, 1, '', 'other', '__proto__', '../one', 'x'.repeat(3000)]) })}.${forever}.${signature}`,
    `${part({ alg: 'EdDSA', kid: 'one', crit: ['x'], jku: 'http://127.0.0.1:1/', jwk: {} })}.${claims}.${signature}`,
    `${head}.${forever}.${signature}`,
    `${head}.${claims}.${signature.slice(2)}`,
    `${head}.${claims}`,
    `${head}.${claims}.${signature}.`,
    `${head}.${part(9)}.${signature}`,
    '..',
    `${head}..`,
    chance.pick(['e30.e30.e30', 'null.null.null', 'bnVsbA.bnVsbA.bnVsbA']),
  ]);
}

export const SOCKETIO_LAYERS: readonly Layer[] = [packets, handshakes];
