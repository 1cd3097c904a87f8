/**
 * What clients ask for. Few users with little money, so that commands meet, run out of funds and contradict each other.
 * An id may have two commands, which want different things under it: whichever comes first wins.
 */
import { journalIdOf } from '@fanfare/kit';
import type { Chance } from '@fanfare/testing/chance';
import { type AccountId, AccountKind, accountIdOf, issuance, userAccount } from '../src/ledger/accounts.ts';
import type { LedgerCommand, Leg, Limit } from '../src/ledger/command.ts';
import type { HoldChange } from '../src/ledger/hold.ts';

/** One id and what clients want under it; nearly always one thing. */
export interface Wish {
  readonly journalId: string;
  readonly commands: readonly [LedgerCommand, ...LedgerCommand[]];
}

const USERS = 5;
const AGENCY = 3n;
const LIMIT_MINOR = 400n;
const REFUSED = {
  kind: 'failed_precondition',
  reason: 'ROOM_CLOSED',
  message: 'The room is closed.',
  details: {},
} as const;

interface Draft {
  readonly operation: string;
  readonly userId: bigint;
  readonly legs: readonly Leg[];
  readonly hold?: HoldChange;
  readonly limit?: Limit;
  readonly refusal?: LedgerCommand['refusal'];
}

const leg = (accountId: AccountId, minor: bigint, action: string): Leg => ({ accountId, minor, action });
const platform = (currency: 'COIN' | 'POINT'): AccountId =>
  accountIdOf(AccountKind.ACCOUNT_KIND_PLATFORM, 0n, currency);
const agency = accountIdOf(AccountKind.ACCOUNT_KIND_AGENCY, AGENCY, 'DIAMOND');

export class Workload {
  readonly #chance: Chance;
  /** The database's clock. */
  readonly #now: () => Date;
  readonly #reserved: { readonly id: string; readonly accountId: AccountId; readonly minor: bigint }[] = [];
  #count = 0;

  constructor(chance: Chance, now: () => Date) {
    this.#chance = chance;
    this.#now = now;
  }

  /** Money for everybody, so that something can happen. */
  *opening(): Generator<Wish> {
    for (let user = 1; user <= USERS; user += 1) {
      for (const currency of ['COIN', 'DIAMOND', 'POINT'] as const) {
        yield this.#wish(grant(BigInt(user), currency, 1500n));
      }
    }
  }

  /** @returns one wish or a few that belong together, such as two transfers in opposite directions */
  next(): readonly Wish[] {
    const make = this.#chance.pick(KINDS);
    const wishes = make.call(this).map((draft) => this.#wish(draft));
    for (const { journalId, commands } of wishes) {
      const { hold } = commands[0];
      if (hold?.type === 'reserve')
        this.#reserved.push({ id: journalId, accountId: hold.accountId, minor: hold.minor });
    }
    return wishes;
  }

  /** A wish that is granted in any state. */
  last(): Wish {
    return this.#wish(grant(this.#user(), 'COIN', 1n));
  }

  /** A user's account for an administrator to freeze. */
  someAccount(): AccountId {
    return userAccount(this.#user(), this.#chance.pick(['COIN', 'DIAMOND', 'POINT'] as const));
  }

  #wish(draft: Draft): Wish {
    this.#count += 1;
    const journalId = journalIdOf('user:1', draft.operation, `${this.#count}`);
    const command = this.#command(journalId, draft, '1');
    if (!this.#chance.happens(0.04)) return { journalId, commands: [command] };
    const other = { ...grant(this.#user(), 'COIN', 5n), operation: draft.operation };
    return { journalId, commands: [command, this.#command(journalId, other, '2')] };
  }

  #command(journalId: string, { operation, userId, legs, ...rest }: Draft, intent: string): LedgerCommand {
    return {
      journalId,
      operation,
      intent: [{ name: 'wish', value: intent }],
      legs,
      context: `{"n":${this.#count}}`,
      userId,
      reason: '',
      refusal: rest.refusal ?? null,
      hold: rest.hold ?? null,
      limit: rest.limit ?? null,
      traceparent: '',
      correlationId: `c${this.#count}`,
      tenantId: null,
      audit: null,
    };
  }

  #user(): bigint {
    return BigInt(this.#chance.between(1, USERS));
  }

  #amount(most: number): bigint {
    return BigInt(this.#chance.between(1, most));
  }

  #soon(): Date {
    return new Date(this.#now().getTime() + this.#chance.between(5, 4000));
  }

  readonly grant = (): readonly Draft[] => [
    grant(this.#user(), this.#chance.pick(['COIN', 'DIAMOND', 'POINT'] as const), this.#amount(300)),
  ];

  readonly gift = (): readonly Draft[] => {
    const [sender, host] = [this.#user(), this.#user()];
    const price = this.#amount(600);
    const [share, cut] = [(price * 7n) / 10n, price - (price * 7n) / 10n];
    const hostLegs = share > 0n ? [leg(userAccount(host, 'DIAMOND'), share, 'gift_received')] : [];
    const legs = [
      leg(userAccount(sender, 'COIN'), -price, 'gift_sent'),
      leg(platform('COIN'), price, 'gift_income'),
      leg(issuance('DIAMOND'), -price, 'gift_issued'),
      ...hostLegs,
      leg(agency, cut, 'gift_commission'),
    ];
    return [{ operation: 'gift.send', userId: sender, legs }];
  };

  readonly transfers = (): readonly Draft[] => {
    const [one, other] = [this.#user(), this.#user()];
    return [transfer(one, other, this.#amount(900)), transfer(other, one, this.#amount(900))];
  };

  readonly recordedRefusal = (): readonly Draft[] => [
    { operation: 'gift.send', userId: this.#user(), legs: [], refusal: REFUSED },
  ];

  /** Does not sum to zero: another layer's mistake, which is not remembered. */
  readonly nonsense = (): readonly Draft[] => {
    const user = this.#user();
    return [{ operation: 'adjustment', userId: user, legs: [leg(userAccount(user, 'COIN'), 7n, 'adjustment')] }];
  };

  readonly reserve = (): readonly Draft[] => {
    const user = this.#user();
    const accountId = userAccount(user, this.#chance.pick(['DIAMOND', 'POINT'] as const));
    const hold = { type: 'reserve', accountId, minor: this.#amount(800), expiresAt: this.#soon() } as const;
    return [{ operation: 'withdrawal', userId: user, legs: [], hold }];
  };

  /** Two who want different things of the same hold at once. */
  readonly resolve = (): readonly Draft[] =>
    this.#reserved.length === 0 ? this.reserve() : [this.#resolution(), this.#resolution()];

  #resolution(): Draft {
    const late = this.#reserved.slice(-6);
    const { id: holdId, accountId, minor } = this.#chance.pick(late);
    const type = this.#chance.pick(['capture', 'capture', 'void', 'expire'] as const);
    const operation = `withdrawal.${type}`;
    const userId = this.#user();
    if (type !== 'capture') return { operation, userId, legs: [], hold: { type, holdId } };
    const captured = this.#chance.happens(0.5) ? minor : (minor + 1n) / 2n + this.#amount(3);
    const to = issuance((accountId & 3n) === 1n ? 'DIAMOND' : 'POINT');
    const legs = [leg(accountId, -captured, 'withdrawal'), leg(to, captured, 'withdrawal')];
    return { operation, userId, legs, hold: { type, holdId, minor: captured } };
  }

  readonly award = (): readonly Draft[] => {
    const user = this.#user();
    const minor = this.#amount(150);
    const limit = { key: `points:${user}`, maxMinor: LIMIT_MINOR, minor, expiresAt: this.#soon() };
    const legs = [leg(issuance('POINT'), -minor, 'video_liked'), leg(userAccount(user, 'POINT'), minor, 'video_liked')];
    return [{ operation: 'points.award', userId: user, legs, limit }];
  };

  /** Takes more than there may be: the rest is owed. */
  readonly clawback = (): readonly Draft[] => {
    const user = this.#user();
    const minor = this.#amount(2000);
    const legs = [
      { ...leg(userAccount(user, 'COIN'), -minor, 'refund'), shortfallToDebt: true },
      leg(issuance('COIN'), minor, 'refund'),
    ];
    return [{ operation: 'refund', userId: user, legs }];
  };
}

const KINDS: readonly ((this: Workload) => readonly Draft[])[] = [
  ...times(5, (it) => it.gift()),
  ...times(4, (it) => it.transfers()),
  ...times(2, (it) => it.grant()),
  ...times(2, (it) => it.reserve()),
  ...times(3, (it) => it.resolve()),
  ...times(2, (it) => it.award()),
  ...times(1, (it) => it.clawback()),
  ...times(1, (it) => it.recordedRefusal()),
  ...times(1, (it) => it.nonsense()),
];

function times(count: number, make: (it: Workload) => readonly Draft[]) {
  return Array.from(
    { length: count },
    () =>
      function kind(this: Workload) {
        return make(this);
      },
  );
}

function grant(user: bigint, currency: 'COIN' | 'DIAMOND' | 'POINT', minor: bigint): Draft {
  const legs = [leg(issuance(currency), -minor, 'grant'), leg(userAccount(user, currency), minor, 'grant')];
  return { operation: 'grant', userId: user, legs };
}

function transfer(from: bigint, to: bigint, minor: bigint): Draft {
  const legs = [
    leg(userAccount(from, 'COIN'), -minor, 'transfer_sent'),
    leg(userAccount(to, 'COIN'), minor, 'transfer_received'),
  ];
  return { operation: 'transfer', userId: from, legs };
}
