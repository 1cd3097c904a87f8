/** Below engine.io: HTTP, the upgrade, and websocket frames. */
import type { Chance } from '@fanfare/testing/chance';
import type { Layer, Way } from './frame.ts';
import { bytes, mostlyFew } from './garbage.ts';
import { upgradeRequest } from './raw-socket.ts';
import { clientFrame, OPCODE, textFrame } from './websocket-bytes.ts';

const tcp = (content: string | Buffer): TcpWay => ({ via: 'tcp', bytes: Buffer.from(content) });

type TcpWay = Extract<Way, { via: 'tcp' }>;

const ENGINE_PATH = '/socket.io/?EIO=4&transport=';

const http: Layer = {
  name: 'http',
  weight: 10,
  makers: [
    { name: 'noise', make: (chance) => tcp(bytes(chance, 2000)) },
    { name: 'a request cut short', make: (chance) => tcp(cut(chance, upgradeRequest())) },
    { name: 'a header too many', make: () => tcp(withHeaders(Array.from({ length: 3000 }, (_, n) => `x-${n}: y`))) },
    {
      name: 'a header too long',
      make: (chance) => tcp(withHeaders([`x: ${'y'.repeat(chance.between(20_000, 200_000))}`])),
    },
    {
      name: 'a wrong key',
      make: (chance) => tcp(changed('Sec-WebSocket-Key', chance.pick(['', 'short', 'é', 'x'.repeat(999)]))),
    },
    {
      name: 'a wrong version',
      make: (chance) => tcp(changed('Sec-WebSocket-Version', chance.pick(['', '0', '12', '99', 'x']))),
    },
    {
      name: 'another upgrade',
      make: (chance) => tcp(changed('Upgrade', chance.pick(['h2c', 'TLS/1.0', '', 'websocket2']))),
    },
    {
      name: 'two lengths',
      make: () =>
        tcp(
          `POST ${ENGINE_PATH}polling HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        ),
    },
    { name: 'a wrong path', make: (chance) => tcp(upgradeRequest(chance.pick(ODD_PATHS))) },
    {
      name: 'an unknown version of engine.io',
      make: (chance) => ({
        ...tcp(upgradeRequest(`/socket.io/?EIO=${chance.pick(ODD_VERSIONS)}&transport=websocket`)),
        may: 'begin',
      }),
    },
    {
      name: 'a wrong protocol',
      make: (chance) => tcp(upgradeRequest().replace('HTTP/1.1', chance.pick(['HTTP/9.9', 'ICY', '']))),
    },
  ],
};

const ODD_PATHS = [
  ...['/', '//', '/socket.io', '/socket.io/', '/socket.io//', '/socket.io/%', '/socket.io/%zz', '/socket.io/?%'],
  ...['/socket.io/../../etc/passwd', '/socket.io/\\\\x', '*', 'http://[', '/__proto__', '/socket.io/?EIO'],
  ...['', 'x', '__proto__', 'webtransport', 'constructor'].map((name) => `${ENGINE_PATH}${name}`),
  ...['x', '__proto__', 'constructor', 'a'.repeat(5000), '%00'].map((sid) => `${ENGINE_PATH}websocket&sid=${sid}`),
];

/** All but 3 count as 4, and 3 is told so on its websocket. */
const ODD_VERSIONS = ['3', '0', '1', '2', '5', '-4', '4.0', 'x', '__proto__', ''];

const cut = (chance: Chance, request: string): string => request.slice(0, chance.between(1, request.length - 1));

const withHeaders = (headers: readonly string[]): string =>
  upgradeRequest().replace('\r\n\r\n', `\r\n${headers.join('\r\n')}\r\n\r\n`);

const changed = (header: string, value: string): string =>
  upgradeRequest().replace(new RegExp(`^${header}: .*$`, 'm'), `${header}: ${value}`);

const raw = (content: Buffer, unfinished = false): Way => ({ via: 'bytes', bytes: content, unfinished });

const websocket: Layer = {
  name: 'websocket',
  weight: 15,
  makers: [
    { name: 'noise', make: (chance) => raw(bytes(chance, 200), true) },
    {
      name: 'reserved bits',
      make: (chance) =>
        raw(clientFrame({ opcode: OPCODE.text, reserved: chance.between(1, 7), payload: Buffer.from('2') })),
    },
    {
      name: 'an unknown opcode',
      make: (chance) => raw(clientFrame({ opcode: chance.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })),
    },
    {
      name: 'no mask',
      make: (chance) => raw(clientFrame({ opcode: OPCODE.text, masked: false, payload: bytes(chance, 300) })),
    },
    {
      name: 'a control frame in parts',
      make: (chance) => raw(clientFrame({ opcode: chance.pick([8, 9, 10]), fin: false })),
    },
    {
      name: 'a long control frame',
      make: (chance) =>
        raw(clientFrame({ opcode: chance.pick([8, 9, 10]), payload: Buffer.alloc(chance.between(126, 70_000)) })),
    },
    {
      name: 'a length nobody has',
      make: (chance) =>
        raw(
          clientFrame({
            opcode: chance.pick([1, 2]),
            declared: chance.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 2n ** 31n, 1_048_577n]),
          }),
        ),
    },
    {
      name: 'a length that never comes',
      make: (chance) =>
        raw(
          clientFrame({
            opcode: OPCODE.text,
            declared: BigInt(chance.between(1000, 1_000_000)),
            payload: Buffer.from('4'),
          }),
          true,
        ),
    },
    {
      name: 'wrong UTF-8',
      make: (chance) => raw(clientFrame({ opcode: OPCODE.text, payload: chance.pick(WRONG_UTF8) })),
    },
    {
      name: 'a continuation of nothing',
      make: (chance) => raw(clientFrame({ opcode: OPCODE.continuation, fin: chance.happens(0.5) })),
    },
    {
      name: 'a message inside another',
      make: () =>
        raw(
          Buffer.concat([
            clientFrame({ opcode: OPCODE.text, fin: false, payload: Buffer.from('4') }),
            textFrame('42["x"]'),
          ]),
        ),
    },
    { name: 'many empty parts', make: (chance) => raw(emptyParts(mostlyFew(chance, 20_000)), true) },
    {
      name: 'many pings',
      make: (chance) =>
        raw(
          Buffer.concat(
            Array<Buffer>(mostlyFew(chance, 2000)).fill(
              clientFrame({ opcode: OPCODE.ping, payload: Buffer.alloc(125) }),
            ),
          ),
        ),
    },
    {
      name: 'many pongs',
      make: (chance) =>
        raw(Buffer.concat(Array<Buffer>(mostlyFew(chance, 2000)).fill(clientFrame({ opcode: OPCODE.pong })))),
    },
    {
      name: 'a goodbye with a wrong code',
      make: (chance) => raw(goodbye(chance.pick([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535]))),
    },
    { name: 'a goodbye of one byte', make: () => raw(clientFrame({ opcode: OPCODE.close, payload: Buffer.alloc(1) })) },
    {
      name: 'a goodbye in wrong UTF-8',
      make: (chance) =>
        raw(
          clientFrame({
            opcode: OPCODE.close,
            payload: Buffer.concat([Buffer.from([3, 232]), chance.pick(WRONG_UTF8)]),
          }),
        ),
    },
    { name: 'a goodbye, then more', make: () => raw(Buffer.concat([goodbye(1000), textFrame('42["x"]')])) },
  ],
};

const WRONG_UTF8 = ['34ff', '34c0af', '34eda080', '34f4908080', '34e282', '34fe'].map((hex) => Buffer.from(hex, 'hex'));

function goodbye(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return clientFrame({ opcode: OPCODE.close, payload });
}

const emptyParts = (count: number): Buffer =>
  Buffer.concat([
    clientFrame({ opcode: OPCODE.text, fin: false }),
    ...Array<Buffer>(count).fill(clientFrame({ opcode: OPCODE.continuation, fin: false })),
  ]);

export const WEBSOCKET_LAYERS: readonly Layer[] = [http, websocket];
