import type { Seat as SeatRecord } from '@fanfare/contracts/rooms/v1/rooms_service';
import { z } from 'zod';
import { id, idOrNull } from '../../present/scalars.ts';

export const seat = z
  .object({
    number: z.int(),
    state: z.string().describe('free, locked or taken'),
    userId: id.nullable(),
    muted: z.boolean(),
  })
  .meta({ id: 'Seat' });

export const presentSeat = (record: SeatRecord): z.output<typeof seat> => ({
  number: record.number,
  state: record.state,
  userId: idOrNull(record.userId),
  muted: record.muted,
});
