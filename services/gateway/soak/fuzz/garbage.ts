/** Values that no field expects. */
import type { Chance } from '@fanfare/testing/chance';

/** JSON texts, because not every value that can be written can be had: -0, 1e999, a key twice. */
const ODD_JSON = [
  ...['null', 'true', '0', '-0', '-1', '1e999', '-1e999', '9007199254740993', '1.5', '0.1', '""', '[]', '{}', '[[]]'],
  ...['"NaN"', '"undefined"', '"\\u0000"', '"\\ud800"', '"\\udfff\\ud800"', '"\\u202e"', '"__proto__"'],
  ...['{"a":1,"a":2}', '{"toString":null}', '{"toJSON":"x"}', '{"length":-1}', '{"then":1}', '{"":0}'],
  ...['{"_placeholder":true,"num":0}', '{"type":"Buffer","data":[1,2]}', '{"$ne":null}', '{"constructor":1}'],
];

export const oddJson = (chance: Chance): string => chance.pick(ODD_JSON);

export function deep(chance: Chance, levels: number): string {
  if (chance.happens(0.5)) return `${'['.repeat(levels)}${']'.repeat(levels)}`;
  return `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
}

const POISONED = [
  '{"__proto__":{"admin":true}}',
  '{"a":[{"__proto__":null}]}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"x":{"constructor":{"prototype":{}}}}',
];

export const poisoned = (chance: Chance): string => chance.pick(POISONED);

const ALPHABETS = [
  'abc',
  '\u0000\u0001\u001f\u007f',
  'é語🎁',
  '\ud800',
  '{}[]",:\\',
  '0123456789',
  '\r\n\t ',
  '<script>',
];

export function text(chance: Chance, most: number): string {
  const letters = [...chance.pick(ALPHABETS)];
  return Array.from({ length: chance.between(1, most) }, () => chance.pick(letters)).join('');
}

export function bytes(chance: Chance, most: number): Buffer {
  const made = Buffer.alloc(chance.between(1, most));
  for (let i = 0; i < made.length; i += 1) made[i] = chance.between(0, 255);
  return made;
}

/** What could be taken for a position, and is none. */
export function oddPosition(chance: Chance): unknown {
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');
  const seq = chance.pick([
    '0',
    '-1',
    '1',
    '9007199254740991',
    '9007199254740993',
    '99999999999999999999',
    '1e9',
    ' 7',
    '٣',
  ]);
  const id = chance.pick(['', 'x', 'economy:1:0', '\u0000', '>', '*', '../..', '語', 'x'.repeat(500)]);
  return chance.pick<unknown>([
    encoded(`${seq}.${id}`),
    encoded(`${seq}.${id}`).toUpperCase(),
    `${encoded(`${seq}.${id}`)}=`,
    `${seq}.${id}`,
    encoded(seq),
    text(chance, 40),
    ...[0, -1, 2 ** 53, true, [], {}, ['a'], { seq: 1, id: 'x' }, 'x'.repeat(5000)],
  ]);
}

/** Usually a hundredth of it at most: a flood costs the sender too, and a run is to be of many kinds. */
export const mostlyFew = (chance: Chance, most: number): number =>
  chance.happens(0.03) ? chance.between(1, most) : chance.between(1, Math.ceil(most / 100));
