import { z } from 'zod';

/** What a handler answers that has nothing to say; clients read `data: null`. */
export const nothing = Object.freeze({});

export interface Envelope {
  readonly success: true;
  readonly message: string;
  readonly data: unknown;
  readonly timestamp: string;
}

export const envelopeOf = (data: unknown, now: Date): Envelope => ({
  success: true,
  message: 'Success',
  data: data === nothing ? null : data,
  timestamp: now.toISOString(),
});

/** The envelope around a schema, for the reference. */
export const envelopeSchema = (data: z.ZodType): z.ZodType =>
  z.object({ success: z.literal(true), message: z.string(), data, timestamp: z.iso.datetime() });
