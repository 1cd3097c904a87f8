/** How commands are answered, and what is told of a place in a channel. */
import { commonErrors } from '@fanfare/kit';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { socketError } from '../present/error.ts';

/** Where an event belongs: the third argument of every event of a channel. */
export const place = z.object({
  ch: z.string().describe('The channel: `user.7`, `room.42` or `all`.'),
  off: z.string().describe('Opaque: how far this channel has been read. Keep the newest of each channel.'),
});

/** Of an event that is nowhere kept: there is nothing to go on from. */
export const passingPlace = place.pick({ ch: true });

export const OFF_EXAMPLE = 'MTA0MS4wMTk5ZDJmNC01ZTdhLTdjYzEtOWQzYi0yZjFlNmE4YjRjMTA6MA';

/** What any command may be refused with, besides the reasons of its own. */
export const COMMON_REFUSALS: readonly string[] = [
  ...Object.keys(commonErrors),
  ...([errors.UNKNOWN_EVENT, errors.RATE_LIMITED, errors.PAYLOAD_TOO_LARGE] as const).map((make) => make().reason),
];

export const accepted = (data: z.ZodType) => z.object({ ok: z.literal(true), data });

export const refused = z.object({ ok: z.literal(false), error: socketError });

export const refusedExample: z.output<typeof refused> = {
  ok: false,
  error: {
    kind: 'failed_precondition',
    reason: 'INSUFFICIENT_FUNDS',
    message: 'Insufficient funds. Required: 200.00, Available: 150.00',
    retryable: false,
    details: { required: '200.00', available: '150.00' },
    requestId: '5f0c8a52-7d0e-4a7e-9f39-3f4f5f1c2b7d',
    errors: null,
  },
};
