import { describe, expect, it } from 'vitest';
import { newestAgreement } from './reconcile.ts';

/** Sent events, the latest first, as `sequence: message id`. */
const sent = (marks: Readonly<Record<number, string>>) =>
  Object.entries(marks)
    .map(([seq, messageId]) => ({ streamSeq: Number(seq), messageId }))
    .reverse();
const stored = (marks: Readonly<Record<number, string>>) =>
  new Map(Object.entries(marks).map(([seq, messageId]) => [Number(seq), { messageId }]));

describe('the newest event that the stream confirms', () => {
  it('is the newest sent when the stream has it', () => {
    expect(newestAgreement(sent({ 1: 'a', 2: 'b', 3: 'c' }), stored({ 1: 'a', 2: 'b', 3: 'c' }), 1)).toBe(3);
  });

  it('comes before the first message that is another', () => {
    expect(newestAgreement(sent({ 1: 'a', 2: 'b', 3: 'c' }), stored({ 1: 'a', 2: 'b', 3: 'x' }), 1)).toBe(2);
  });

  it('may be one that the stream has forgotten: purged or too old is no loss', () => {
    expect(newestAgreement(sent({ 1: 'a', 2: 'b', 3: 'c' }), stored({}), 4)).toBe(3);
  });

  it('is none in a stream that begins with other messages', () => {
    expect(newestAgreement(sent({ 1: 'a', 2: 'b' }), stored({ 1: 'x', 2: 'y' }), 1)).toBeNull();
  });

  it('is not one whose place is empty although older messages are there', () => {
    expect(newestAgreement(sent({ 1: 'a', 2: 'b' }), stored({ 1: 'a' }), 1)).toBe(1);
  });
});
