import { type Emit, userChannel } from '@fanfare/contracts';
import { formatMinor } from '@fanfare/kit';
import type { Table } from './table.ts';

/** Every user of a journal learns all three balances, so that a client that missed one is right after the next. */
export const economy = {
  journalPosted: ({ balances }) =>
    balances.map(
      ({ userId, coinMinor, diamondMinor, pointMinor }): Emit => ({
        channel: userChannel(userId),
        name: 'balance.updated',
        class: 'reliable',
        data: {
          coins: formatMinor(coinMinor),
          diamonds: formatMinor(diamondMinor),
          points: formatMinor(pointMinor),
        },
      }),
    ),
} satisfies Partial<Table>;
