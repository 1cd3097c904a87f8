/**
 * The oracle. A viewer's account of one channel is judged against what the stream stored: between two places where it
 * was told of a loss, it was shown the channel's messages one after the other, none left out and none twice.
 */
import { decodePosition, encodePosition, NOWHERE, type Position } from '../../src/edge/position.ts';
import type { Life } from './stored.ts';

/** The answer to `session` or `room.join`. */
interface Begins {
  readonly kind: 'begins';
  /** The position given, if any. */
  readonly asked: string | null;
  readonly recovered: boolean;
  readonly off: string;
  /** The stream's life when the answer came. */
  readonly life: number;
}

/** What a viewer was told on one channel, in order. */
export type Told =
  | Begins
  | { readonly kind: 'event'; readonly name: string; readonly off: string }
  | { readonly kind: 'resync'; readonly off: string }
  /** Put out of the room. */
  | { readonly kind: 'ends' };

export interface Expectations {
  readonly channel: string;
  readonly lives: readonly Life[];
  /** Nothing was taken away: every position that is given must be resumed, and nobody is told of a loss. */
  readonly mustRecover: boolean;
}

/** Given while a new stream has neither a message of the channel nor a tick: nothing can be resumed from it. */
export const NOWHERE_OFF = encodePosition(NOWHERE);

const NEVER = -1;

/** Messages of ours have other ids. */
const TICK_ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

interface State {
  at: Position | null;
  /** The life in which the last step was made; later ones are made in this or a later one. */
  life: number;
  /** The life in which a position was last given; whoever was shown something since then has given none. */
  resumedIn: number;
  isOut: boolean;
  wasOut: boolean;
}

/** @returns at most one problem for each thing told, in order */
export function problemsOf(told: readonly Told[], expected: Expectations): readonly string[] {
  const problems: string[] = [];
  const state: State = { at: null, life: 0, resumedIn: NEVER, isOut: false, wasOut: false };
  for (const [index, one] of told.entries()) {
    const problem = takeIn(state, one, expected);
    if (problem !== null) problems.push(`${expected.channel}, ${index + 1} of ${told.length}: ${problem}`);
  }
  return problems;
}

function takeIn(state: State, told: Told, expected: Expectations): string | null {
  if (told.kind === 'ends') {
    state.isOut = true;
    state.wasOut = true;
    return null;
  }
  const position = told.off === NOWHERE_OFF ? NOWHERE : decodePosition(told.off);
  if (position === null) return `no position: ${told.kind} ${told.off}`;
  if (told.kind === 'begins') return begin(state, told, position, expected);
  if (told.kind === 'resync') {
    const isNeedless = expected.mustRecover && state.at !== NOWHERE;
    Object.assign(state, { at: position, resumedIn: NEVER });
    return isNeedless ? 'was told of a loss although everything is stored' : null;
  }
  return step(state, told.name, position, expected);
}

function begin(
  state: State,
  { asked, recovered, life }: Begins,
  position: Position,
  { mustRecover }: Expectations,
): string | null {
  const { at, wasOut } = state;
  Object.assign(state, { at: position, isOut: false, wasOut: false, resumedIn: recovered ? life : NEVER });
  if (!recovered) {
    return mustRecover && asked !== null && asked !== NOWHERE_OFF
      ? `not recovered from ${asked} although everything is stored`
      : null;
  }
  if (wasOut) return 'recovered what was said while being out of the room';
  if (asked === null || at === null) return 'recovered without a position';
  return decodePosition(asked)?.id === position.id
    ? null
    : `recovered, but from ${show(position)} and not from ${asked}`;
}

function step(state: State, name: string, to: Position, { channel, lives }: Expectations): string | null {
  const { at: from, resumedIn, life, isOut } = state;
  if (isOut) return `was shown ${name} ${show(to)} while being out of the room`;
  if (from === null) return `was shown ${name} ${show(to)} before anything began`;
  Object.assign(state, { at: to, resumedIn: NEVER });
  for (let candidate = life; candidate < lives.length; candidate += 1) {
    if (follows(lives, candidate, channel, from, to, resumedIn)) {
      state.life = candidate;
      return null;
    }
  }
  return `was shown ${name} ${show(to)} after ${show(from)}${resumedIn === NEVER ? '' : ` (resumed in life ${resumedIn})`}; ${expectation(lives, channel, from)}`;
}

/** Whether `to` is the very next message of the channel in that life. */
function follows(
  lives: readonly Life[],
  candidate: number,
  channel: string,
  from: Position,
  to: Position,
  resumedIn: number,
): boolean {
  const life = lives[candidate];
  if (life === undefined || !life.holds(to)) return false;
  if (from === NOWHERE) return true;
  if (life.holds(from) || isUnheardTick(lives, from)) return life.after(channel, from.seq)[0]?.seq === to.seq;
  // Whoever stays connected over the end of a stream has missed nothing if it saw that one to its end and this one
  // from its beginning. A position that is given is another matter: it must be there.
  const before = lives[candidate - 1];
  if (resumedIn >= candidate || before?.holds(from) !== true) return false;
  return before.after(channel, from.seq).length === 0 && life.after(channel, 0)[0]?.seq === to.seq;
}

/**
 * A gateway may be back at a server sooner than the recorder and publish a tick there, which a small history can have
 * trimmed before it is read. Everything else is heard of when it is acknowledged.
 */
const isUnheardTick = (lives: readonly Life[], { id, seq }: Position): boolean =>
  TICK_ID.test(id) && lives.every((life) => !life.holds({ id, seq }));

function expectation(lives: readonly Life[], channel: string, from: Position): string {
  const next = lives.map((life, index) => {
    if (!life.holds(from)) return `life ${index} does not have that`;
    const [following] = life.after(channel, from.seq);
    return `in life ${index} ${following === undefined ? 'nothing' : show(following)} follows`;
  });
  return next.join(', ');
}

const show = ({ seq, id }: Position): string => `${seq}.${id}`;
