/** The fields of requests: what they look like, and the text when they do not. */
import { formatMinor, MAX_MINOR, type Minor, parseMinor } from '@fanfare/kit';
import { z } from 'zod';
import type { Asset } from '../present/scalars.ts';

const says = (text: string) => ({
  error: (issue: { readonly input?: unknown }) => (issue.input === undefined ? 'is required' : text),
});

const TEXT = 'must be text';
const ID_TEXT = `must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`;
const MOST = formatMinor(MAX_MINOR);
const PLACES = 'with at most two places';

/** Paths and queries are text; the reference shows what is written in it. */
const writtenInteger = (minimum: number, maximum: number) =>
  ({ type: 'integer', pattern: undefined, minimum, maximum }) as const;

/** An id in a body: a JSON number. */
export const id = () =>
  z.int(says(ID_TEXT)).min(1, ID_TEXT).max(Number.MAX_SAFE_INTEGER, ID_TEXT).transform(BigInt).meta({ title: 'Id' });

/** An id in a path or query. */
export const idText = () =>
  z
    .string(says(ID_TEXT))
    .regex(/^[1-9]\d{0,15}$/, ID_TEXT)
    .transform((text, context): bigint => {
      const value = BigInt(text);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) context.addIssue({ code: 'custom', message: ID_TEXT });
      return value;
    })
    .meta(writtenInteger(1, Number.MAX_SAFE_INTEGER));

/** Text of bounded length; white space around it does not count. */
export const text = (least: number, most: number) => {
  const problem = least === most ? `must be ${most} characters` : `must be ${least} to ${most} characters`;
  return z.string(says(TEXT)).trim().min(least, problem).max(most, problem);
};

/** Why an administrator, or a seller, did something: it is kept. */
export const reason = () => text(1, 500);

/** As it was typed: tokens and clients' ids. */
export const exactText = (least: number, most: number, problem = `must be ${least} to ${most} characters`) =>
  z.string(says(TEXT)).min(least, problem).max(most, problem);

/**
 * Text that a service judges. Here is refused, in the service's own words, only what can never be right: each character
 * takes a byte at least.
 */
export const judgedText = (mostBytes: number) =>
  z.string(says(TEXT)).max(mostBytes, `must be at most ${mostBytes} bytes`);

/** Text that a service judges and whose length only the body's bounds. */
export const anyText = () => z.string(says(TEXT));

/** An address of something to show; whether it is one the service decides. */
export const url = () => anyText().meta({ format: 'uri', description: 'http or https, at most 2048 characters.' });

export const roles = () => z.array(anyText(), says('must be a list of roles')).max(16, 'must be at most 16');

/** The largest that the contract's 32 bits hold. */
const CAPACITY_MOST = 2 ** 31 - 1;

/**
 * How many fit in a room. How many may is for the rooms service to say; to it 0 means the default, so that nobody who
 * asks for none gets that, and what does not fit the contract is as wrong as what comes closest.
 */
export const capacity = () =>
  z
    .int(says('must be a whole number'))
    .transform((value) => (value < 1 ? -1 : Math.min(value, CAPACITY_MOST)))
    .meta({
      minimum: 1,
      maximum: 10_000,
      description: '1000 unless given. A platform may be configured with other bounds.',
    });

/** Ids of users. */
export const ids = (least: number, most: number) => {
  const problem = `must name ${least} to ${most} users`;
  return z.array(id(), says('must be a list of user ids')).min(least, problem).max(most, problem);
};

/** A body, or the payload of a socket event. */
export const object = <S extends z.core.$ZodLooseShape>(shape: S) => z.object(shape, 'must be an object');

/** A JSON number is refused: readers and writers of numbers round. */
const money = (problem: string, isRight: (minor: Minor) => boolean) =>
  z
    .string(says(problem))
    .transform((value, context): Minor => {
      const minor = parseMinor(value);
      if (minor !== null && isRight(minor)) return minor;
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    })
    .meta({ title: 'Money', examples: ['12.50'] });

/** A positive amount. */
export const amount = () => money(`must be a decimal string from 0.01 to ${MOST} ${PLACES}`, (minor) => minor > 0n);

export const amountOrZero = () =>
  money(`must be a decimal string from 0.00 to ${MOST} ${PLACES}`, (minor) => minor >= 0n);

/** Either way. */
export const signedAmount = () =>
  money(`must be a decimal string from -${MOST} to ${MOST}, not zero, ${PLACES}`, (minor) => minor !== 0n);

export const integer = (least: number, most: number) => {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z.int(says(problem)).min(least, problem).max(most, problem);
};

export const decimal = (least: number, most: number) => {
  const problem = `must be a number from ${least} to ${most}`;
  return z.number(says(problem)).min(least, problem).max(most, problem);
};

export const oneOf = <const V extends readonly string[]>(values: V) => {
  const problem = `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
  return z.enum(values, says(problem));
};

export const asset = () => oneOf(['coin', 'diamond', 'point'] satisfies Asset[]);

export const flag = () => z.boolean(says('must be true or false'));

/** A flag in a query. */
export const flagText = () =>
  z
    .enum(['true', 'false'], says('must be true or false'))
    .transform((value) => value === 'true')
    .meta({ type: 'boolean', enum: undefined });

/** A whole number in a query. */
export const integerText = (least: number, most: number) => {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z
    .string(says(problem))
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .refine((value) => value >= least && value <= most, problem)
    .meta(writtenInteger(least, most));
};

/** How every list is paged; services take 20 for 0. */
export const paging = {
  cursor: z.string(says(TEXT)).max(512, 'is not a cursor of ours').default(''),
  limit: integerText(1, 100).default(20).meta({ description: '20 unless given.' }),
};

/** An id that is text; whether there is such a thing the service knows. */
export const opaqueId = () => exactText(1, 128);

export const params = {
  id: z.object({ id: idText() }),
  userId: z.object({ userId: idText() }),
  requestId: z.object({ requestId: opaqueId() }),
  withdrawalId: z.object({ withdrawalId: opaqueId() }),
  itemId: z.object({ itemId: opaqueId() }),
};
