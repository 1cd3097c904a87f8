import { userChannel } from '@fanfare/contracts';
import type { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import { formatMinor } from '@fanfare/kit';
import type { KnownEmit } from '../protocol/emit.ts';
import { mergedViews, pointNotifications } from './point-notifications.ts';
import type { Table } from './table.ts';

export const economy = {
  // The balances come last: whatever a single line says, they are what holds after all of them.
  journalPosted: (journal) => [...pointNotifications(journal), ...balancesUpdated(journal)],
  pointsMerged: mergedViews,
} satisfies Partial<Table>;

/** Every user of a journal learns all three balances, so that a client that missed one is right after the next. */
const balancesUpdated = ({ balances }: JournalPosted): readonly KnownEmit[] =>
  balances.map(
    ({ userId, coinMinor, diamondMinor, pointMinor }): KnownEmit<'balance.updated'> => ({
      channel: userChannel(userId),
      name: 'balance.updated',
      class: 'reliable',
      data: {
        coins: formatMinor(coinMinor),
        diamonds: formatMinor(diamondMinor),
        points: formatMinor(pointMinor),
      },
    }),
  );
