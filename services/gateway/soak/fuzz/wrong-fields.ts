/** The commands, and for each of their fields what is wrong there. */
import type { Chance } from '@fanfare/testing/chance';
import type { World } from './frame.ts';

type Payload = Readonly<Record<string, unknown>>;

const ID = [0, -1, 1.5, 2 ** 53, 2 ** 53 + 2, '1', '', null, true, [], {}, [1]];
const TEXT = [null, 0, 1, true, [], {}, ['x'], { length: 3 }];
const SHORT_TEXT = [...TEXT, '', 'x'.repeat(129), 'x'.repeat(60_000)];
const USERS = [
  null,
  0,
  'x',
  {},
  { length: 1, 0: 5 },
  [],
  [0],
  ['1'],
  [null],
  [[1]],
  [1.5],
  Array.from({ length: 51 }, (_, n) => n + 1),
];
const COUNT = [0, -1, 10_000, 1e300, 1.5, '1', null, true, [], {}];
const PRICE = [
  1,
  1.5,
  '',
  'x',
  '-1',
  '0',
  '1.234',
  '1e5',
  '9'.repeat(40),
  ' 1',
  '+1',
  '0x10',
  '١',
  'NaN',
  'Infinity',
  [],
  {},
  true,
];

/** Of every command: one that is right, and for each of its fields what is wrong there. */
const COMMANDS: Readonly<
  Record<string, { right: (world: World) => Payload; wrong: Readonly<Record<string, readonly unknown[]>> }>
> = {
  'room.join': {
    right: ({ roomTokens }) => ({ token: roomTokens.valid }),
    wrong: { token: [...TEXT, '', 'x', '..', 'x'.repeat(4097), 'x'.repeat(64_000), '\u0000', '\ud800'] },
  },
  'room.leave': { right: () => ({ roomId: 1 }), wrong: { roomId: ID } },
  'chat.send': {
    right: () => ({ id: 'fuzz', roomId: 1, text: 'hello' }),
    wrong: { id: SHORT_TEXT, roomId: ID, text: [...TEXT, 'x'.repeat(4097), '語'.repeat(20_000)] },
  },
  'gift.send': {
    right: () => ({ id: 'fuzz', giftId: 1, quantity: 1, recipientIds: [8], roomId: 1 }),
    wrong: {
      id: SHORT_TEXT,
      giftId: ID,
      quantity: COUNT,
      recipientIds: USERS,
      roomId: ID.filter((value) => value !== null),
      comboId: [...SHORT_TEXT.filter((value) => value !== null), 'x'.repeat(65)],
      expectedPrice: PRICE,
    },
  },
};

export const NAMES = Object.keys(COMMANDS);

export function pickCommand(
  chance: Chance,
  world: World,
): { event: string; right: Payload; wrong: Readonly<Record<string, readonly unknown[]>> } {
  const event = chance.pick(NAMES);
  const { right, wrong } = COMMANDS[event] ?? { right: () => ({}), wrong: {} };
  return { event, right: right(world), wrong };
}
