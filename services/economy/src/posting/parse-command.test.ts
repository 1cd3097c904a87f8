import { PostCommand } from '@fanfare/contracts/economy/v1/economy_service';
import { AppError } from '@fanfare/kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCommand } from './parse-command.ts';

const commandWith = (more: Partial<PostCommand>): PostCommand =>
  PostCommand.fromPartial({
    journalId: '0b9bd1c4-6d1f-5e0c-9d57-0a4b1c5f7e11',
    operation: 'test',
    postings: [{ account: { kind: 1, ownerId: 1n, currency: 'COIN' }, minor: 1n, action: 'received' }],
    ...more,
  });

/** What is wrong with which field, or null. */
function problemOf(command: PostCommand): unknown {
  try {
    parseCommand(command);
    return null;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields;
  }
}

/** These become headers of the event, where a line break would end the header. */
const HEADERS = ['correlationId', 'traceparent', 'tenantId'] as const;
const CONTROLS = [...Array(32).keys(), ...Array.from({ length: 33 }, (_, n) => 127 + n)];

it.each(HEADERS)('refuses every control character in %s, wherever it stands', (field) => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...CONTROLS), fc.string(), (before, control, after) => {
      const value = `${before}${String.fromCharCode(control)}${after}`;
      const problem = { [field]: ['must be at most 1000 characters, none of them a control character'] };
      expect(problemOf(commandWith({ [field]: value }))).toEqual(problem);
    }),
  );
});

it.each(HEADERS)('takes any other text as %s, unchanged', (field) => {
  for (const value of ['', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'müller & söhne']) {
    expect(parseCommand(commandWith({ [field]: value }))[field]).toBe(value);
  }
});

it('leaves line breaks in what is only shown', () => {
  expect(parseCommand(commandWith({ reason: 'two\nlines' })).reason).toBe('two\nlines');
});

it.each([undefined, new Date(Number.NaN), new Date('+010000-01-01T00:00:00Z')])(
  'refuses a hold or a limit that ends at %s, which the database could not keep',
  (expiresAt) => {
    const account = { kind: 1 as const, ownerId: 1n, currency: 'COIN' };
    const hold = { ...commandWith({ postings: [] }), hold: { reserve: { account, minor: 1n, expiresAt } } };
    expect(problemOf(hold)).toEqual({ hold: ['must say when it expires'] });
    const limit = { ...commandWith({}), limit: { key: 'k', maxMinor: 1n, minor: 1n, expiresAt } };
    expect(problemOf(limit)).toEqual({ limit: ['must say when it expires'] });
  },
);
