/** Nobody's wallet: whoever calls this service, an id without a user gets nothing and loses nothing. */
import { randomUUID } from 'node:crypto';
import { events } from '@fanfare/contracts';
import { UserRegistered } from '@fanfare/contracts/identity/event/v1/identity_events';
import { announcement, outboxRow } from '@fanfare/messaging';
import { eventually } from '@fanfare/testing';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { expect, it } from 'vitest';
import { admin, coin, runningService, user } from './running-service.ts';

const { call, identity, grant, transfer, walletOf, sql, natsUrl } = runningService();

const NOBODY = 404n;
const reason = 'check';

const naming = (userId: bigint): Readonly<Record<string, () => Promise<unknown>>> => ({
  transfer: () => transfer(1n, userId, 10n),
  grant: () => grant(userId, 10n),
  adjust: () => call().adjust({ id: randomUUID(), userId, amount: coin(10n), reason }, { caller: admin }),
  setWalletFrozen: () => call().setWalletFrozen({ userId, frozen: true, reason }, { caller: admin }),
  setAccountFloor: () => call().setAccountFloor({ userId, floor: coin(0n), reason }, { caller: admin }),
  giftPoints: () =>
    call().giftPoints(
      { id: randomUUID(), toUserId: userId, amount: { currency: 'POINT', minor: 10n } },
      { caller: user(1n) },
    ),
  penalize: () =>
    call().penalize({ id: randomUUID(), userId, amount: { currency: 'POINT', minor: 10n }, reason }, { caller: admin }),
  setCoinSeller: () =>
    call().setCoinSeller(
      { userId, dailyLimit: coin(10n), requestLimit: coin(10n), isActive: true, reason },
      { caller: admin },
    ),
});

const rowsOf = async (userId: bigint): Promise<object[]> =>
  sql(
    `select id::text from accounts where owner_id = $1
     union all select user_id::text from coin_sellers where user_id = $1
     union all select id::text from platform.audit_entries where target = 'user:' || $1::text`,
    [userId],
  );

it.each(Object.keys(naming(NOBODY)))('%s refuses an id without a user by name, and leaves no trace', async (method) => {
  identity().nobody.add(NOBODY);
  await expect(naming(NOBODY)[method]?.()).rejects.toMatchObject({
    kind: 'not_found',
    reason: 'USER_NOT_FOUND',
    details: { userId: '404' },
  });
  expect(await rowsOf(NOBODY)).toEqual([]);
});

it('a user who registered a moment ago is given coins, though no event has told of them', async () => {
  await grant(20n, 100n);
  await transfer(20n, 21n, 40n);
  expect(await walletOf(21n)).toContain('COIN 0.40');
});

/** As identity's relay would. */
async function tellRegistered(userId: bigint): Promise<void> {
  const message = UserRegistered.fromPartial({ userId, registeredAt: new Date() });
  const row = outboxRow(announcement(events.userRegistered, message, { entityId: `${userId}`, entityVersion: 1n }));
  const heads = headers();
  for (const [name, value] of Object.entries(JSON.parse(row.headers) as Record<string, string>)) {
    heads.append(name, value);
  }
  const connection = await connect({ servers: natsUrl(), noAsyncTraces: true });
  await eventually(() => jetstream(connection).publish(row.subject, row.payload, { headers: heads }));
  await connection.close();
}

it('whoever registered is known by the event, so that identity is not asked', async () => {
  await tellRegistered(25n);
  await eventually(async () => {
    expect(await sql('select user_id::text from platform.known_users where user_id = 25')).toHaveLength(1);
  });
  const before = identity().asked();
  await grant(25n, 10n);
  expect(identity().asked()).toBe(before);
});

it('while identity is away known users are served, and nobody else is refused or loses anything', async () => {
  await grant(30n, 100n);
  await transfer(30n, 31n, 10n);
  await identity().stop();
  await transfer(30n, 31n, 10n);
  const attempts = [...Object.values(naming(32n)), () => transfer(30n, 32n, 10n)];
  await Promise.all(attempts.map((attempt) => expect(attempt()).rejects.toMatchObject({ kind: 'unavailable' })));
  expect([await walletOf(30n), await rowsOf(32n)]).toEqual([expect.arrayContaining(['COIN 0.80']), []]);
});
