/** The fields of requests: what they look like, and the text when they do not. */
import type { Asset } from '@fanfare/client/objects';
import { type Minor, parseMinor } from '@fanfare/kit';
import { z } from 'zod';

const says = (text: string) => ({
  error: (issue: { readonly input?: unknown }) => (issue.input === undefined ? 'is required' : text),
});

const ID_TEXT = `must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`;
const MONEY_TEXT = 'must be a decimal string greater than zero with at most two places, as in "12.50"';

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
    });

/** Text of bounded length; white space around it does not count. */
export const text = (least: number, most: number) => {
  const problem = least === most ? `must be ${most} characters` : `must be ${least} to ${most} characters`;
  return z.string(says(problem)).trim().min(least, problem).max(most, problem);
};

/** As it was typed: passwords and tokens. */
export const exactText = (least: number, most: number) => {
  const problem = `must be ${least} to ${most} characters`;
  return z.string(says(problem)).min(least, problem).max(most, problem);
};

/** A positive amount. A JSON number is refused: readers and writers of numbers round. */
export const amount = () =>
  z
    .string(says(MONEY_TEXT))
    .transform((value, context): Minor => {
      const minor = parseMinor(value);
      if (minor !== null && minor > 0n) return minor;
      context.addIssue({ code: 'custom', message: MONEY_TEXT });
      return z.NEVER;
    })
    .meta({ title: 'Money', examples: ['12.50'] });

export const integer = (least: number, most: number) => {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z.int(says(problem)).min(least, problem).max(most, problem);
};

export const decimal = (least: number, most: number) => {
  const problem = `must be a number from ${least} to ${most}`;
  return z.number(says(problem)).min(least, problem).max(most, problem);
};

export const url = () => z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).max(2048);

export const asset = () =>
  z.enum(['coin', 'diamond', 'point'] satisfies Asset[], says('must be coin, diamond or point'));

export const flag = () => z.boolean(says('must be true or false'));

/** A flag in a query. */
export const flagText = () =>
  z.enum(['true', 'false'], says('must be true or false')).transform((value) => value === 'true');

/** A whole number in a query. */
export const integerText = (least: number, most: number) => {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z
    .string(says(problem))
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .refine((value) => value >= least && value <= most, problem);
};

/** How every list is paged; services take 20 for 0. */
export const paging = {
  cursor: z.string().max(512, 'is not a cursor of ours').default(''),
  limit: integerText(1, 100).default(20),
};

export const params = { id: z.object({ id: idText() }), userId: z.object({ userId: idText() }) };
