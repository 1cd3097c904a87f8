import { describe, expect, it } from 'vitest';
import { encodePosition, type Position } from '../../src/edge/position.ts';
import { problemsOf, type Told } from './judge.ts';
import { Life } from './stored.ts';

const ROOM = 'room.1';
const TICK_ID = '01a200ae-d1bd-7583-8882-7c5d81d7acb4';

/** A life in which these follow each other, from sequence 1 on; null is nothing that is known. */
function lifeOf(...ids: readonly (string | null)[]): Life {
  const life = new Life();
  for (const [index, id] of ids.entries()) {
    if (id !== null) life.note(index + 1, id.startsWith('t') ? 'tick' : ROOM, id);
  }
  return life;
}

const begins = (at: Position, recovered = false): Told => ({
  kind: 'begins',
  asked: recovered ? encodePosition(at) : null,
  recovered,
  off: encodePosition(at),
  life: 0,
});
const shown = (seq: number, id: string): Told => ({ kind: 'event', name: 'soak', off: encodePosition({ seq, id }) });
const judged = (lives: readonly Life[], ...told: readonly Told[]): readonly string[] =>
  problemsOf(told, { channel: ROOM, lives, mustRecover: false });

describe('an account of a channel', () => {
  const life = lifeOf('a', 't1', 'b', 'c');

  it('is right when each message follows the one before it', () => {
    const told = [begins({ seq: 1, id: 'a' }), shown(3, 'b'), shown(4, 'c')];
    expect(judged([life], ...told)).toEqual([]);
    expect(judged([life], begins({ seq: 2, id: 't1' }), shown(3, 'b'))).toEqual([]);
  });

  it('is wrong when one is left out, shown twice or of nowhere', () => {
    const begun = begins({ seq: 1, id: 'a' });
    expect(judged([life], begun, shown(4, 'c'))).toHaveLength(1);
    expect(judged([life], begun, shown(3, 'b'), shown(3, 'b'))).toHaveLength(1);
    expect(judged([life], begun, shown(3, 'x'))).toHaveLength(1);
  });

  it('is wrong when a position of another life was taken for one of this', () => {
    const next = lifeOf('a', 'x', 'y', 'z');
    const here = [begins({ seq: 1, id: 'a' }), shown(3, 'b')];
    expect(judged([life, next], ...here, begins({ seq: 3, id: 'b' }, true), shown(4, 'c'))).toEqual([]);
    expect(judged([life, next], ...here, begins({ seq: 3, id: 'b' }, true), shown(4, 'z'))).toHaveLength(1);
  });

  it('may begin at a tick that nobody has heard of, and nowhere else that is unknown', () => {
    const unheard = lifeOf('a', null, 'b', 'c');
    expect(judged([unheard], begins({ seq: 2, id: TICK_ID }), shown(3, 'b'))).toEqual([]);
    expect(judged([unheard], begins({ seq: 2, id: TICK_ID }), shown(4, 'c'))).toHaveLength(1);
    expect(judged([unheard], begins({ seq: 2, id: '1.2.3' }), shown(3, 'b'))).toHaveLength(1);
  });
});
