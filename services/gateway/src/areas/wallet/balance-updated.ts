import { userChannel } from '@fanfare/contracts';
import type { JournalPosted } from '@fanfare/contracts/economy/event/v1/economy_events';
import { formatMinor } from '@fanfare/kit';
import { z } from 'zod';
import { money } from '../../present/scalars.ts';
import { defineEvent } from '../../protocol/event.ts';
import { pointNotifications } from './point-notifications.ts';

export const balanceUpdated = defineEvent({
  name: 'balance.updated',
  summary: 'What the user can spend now (balance minus holds), of all three.',
  on: ['user'],
  class: 'reliable',
  data: z.object({
    coins: money.describe('Decimal text with two places.'),
    diamonds: money,
    points: money,
  }),
  examples: [{ coins: '800.00', diamonds: '0.00', points: '0.10' }],
});

/** The balances come last: whatever a single line says, they are what holds after all of them. */
export const showJournal = (journal: JournalPosted) => [...pointNotifications(journal), ...balancesUpdated(journal)];

/** Every user of a journal learns all three balances, so that a client that missed one is right after the next. */
const balancesUpdated = ({ balances }: JournalPosted) =>
  balances.map(({ userId, coinMinor, diamondMinor, pointMinor }) =>
    balanceUpdated.to(userChannel(userId), {
      coins: formatMinor(coinMinor),
      diamonds: formatMinor(diamondMinor),
      points: formatMinor(pointMinor),
    }),
  );
