import { Gift } from '@fanfare/contracts/gifting/v1/gifting_service';
import { anonymous, systemCaller, userCaller } from '@fanfare/kit';
import { eventually } from '@fanfare/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoGifts } from '../src/catalogue/demo-gifts.ts';
import { openStage, rose, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(2);
});
afterAll(() => stage?.close());

const listed = async (replica: number): Promise<string[]> => {
  const { gifts } = await stage.call(replica).listGifts({ includeInactive: false }, { caller: anonymous });
  return gifts.map((gift) => `${gift.name} ${gift.price?.minor}`);
};

test('the demo gifts are made once, however often they are asked for, and are listed cheapest first', async () => {
  for (const gift of [...demoGifts, ...demoGifts]) await stage.call().createGift({ gift }, { caller: systemCaller });
  expect(await listed(0)).toEqual(demoGifts.map((gift) => `${gift.name} ${gift.price?.minor}`));
  expect(await stage.count('gifts')).toBe(demoGifts.length);
  expect(await stage.count("platform.audit_entries where action = 'gift.create'")).toBe(demoGifts.length);
});

test('a change at one replica reaches the others, and is audited', async () => {
  const gift = await stage.createGift({ name: 'Kite', price: { currency: 'COIN', minor: 300n } });
  await eventually(async () => expect(await listed(1)).toContain('Kite 300'));
  const dearer = { ...gift, price: { currency: 'COIN', minor: 350n }, animationUrl: 'https://cdn.example/kite.json' };
  const { gift: updated } = await stage
    .call()
    .updateGift({ gift: dearer, updateMask: undefined }, { caller: userCaller(5n, { roles: ['admin'] }) });
  expect(updated).toEqual(dearer);
  await eventually(async () => expect(await listed(1)).toContain('Kite 350'));
  await stage
    .call()
    .updateGift({ gift: { ...dearer, isActive: false }, updateMask: undefined }, { caller: systemCaller });
  await eventually(async () => expect(await listed(1)).not.toContain('Kite 350'));
  const { gifts } = await stage.call().listGifts({ includeInactive: true }, { caller: systemCaller });
  expect(gifts.map((each) => each.name)).toContain('Kite');
  const { rows } = await stage.sql.query<{ caller: string }>(
    `select caller from platform.audit_entries where target = 'gift:${gift.id}' order by id`,
  );
  expect(rows.map((row) => row.caller)).toEqual(['system', 'user:5', 'system']);
});

test('two administrators who change different fields at once both have their way', async () => {
  const gift = await stage.createGift({ name: 'Harp', animationUrl: 'https://cdn.example/harp.json' });
  const nothing = Gift.fromPartial({});
  const change = (fields: Partial<Gift>, updateMask: string[], replica: number) =>
    stage
      .call(replica)
      .updateGift({ gift: { ...nothing, ...fields, id: gift.id }, updateMask }, { caller: systemCaller });
  await Promise.all([
    change({ price: { currency: 'COIN', minor: 900n } }, ['price'], 0),
    change({ category: 'music' }, ['category'], 1),
    change({}, ['animation_url'], 0),
    change({}, [], 1),
  ]);
  const { gifts } = await stage.call().listGifts({ includeInactive: true }, { caller: systemCaller });
  const { animationUrl, ...rest } = gift;
  const changed = { ...rest, price: { currency: 'COIN', minor: 900n }, category: 'music' };
  expect(gifts.find(({ id }) => id === gift.id)).toEqual(changed);
});

test('a change that names no field of a gift is refused', async () => {
  const gift = await stage.createGift({ name: 'Drum' });
  const attempt = stage.call().updateGift({ gift, updateMask: ['name', 'version'] }, { caller: systemCaller });
  await expect(attempt).rejects.toMatchObject({ kind: 'invalid', fields: { updateMask: expect.anything() } });
});

test('making a gift again after it was changed leaves the change alone', async () => {
  const gift = await stage.createGift({ name: 'Lamp' });
  const dearer = { ...gift, price: { currency: 'COIN', minor: 777n } };
  await stage.call().updateGift({ gift: dearer, updateMask: undefined }, { caller: systemCaller });
  expect(await stage.createGift({ name: 'Lamp' })).toEqual(dearer);
});

test('a gift that only the database knows can be sent', async () => {
  const { rows } = await stage.sql.query<{ id: string }>(
    `insert into gifts (name, price_minor, category, rarity, wealth_xp_multiplier, charm_xp_multiplier, is_active)
     values ('Hidden', 100, 'x', 'x', 1, 1, true) returning id`,
  );
  stage.ledger.give(70n, 100n);
  const request = { id: 'h', giftId: BigInt(rows[0]?.id ?? 0), quantity: 1, recipientIds: [71n] };
  expect((await stage.send(70n, request, 1)).gift?.id).toBe('h');
});

test('a name belongs to one gift', async () => {
  const gift = await stage.createGift({ name: 'Moon' });
  const other = await stage.createGift({ name: 'Sun' });
  const taken = { reason: 'GIFT_NAME_TAKEN', kind: 'already_exists' };
  await expect(stage.createGift({ name: 'Moon', category: 'space' })).rejects.toMatchObject(taken);
  const renamed = stage
    .call()
    .updateGift({ gift: { ...other, name: gift.name }, updateMask: undefined }, { caller: systemCaller });
  await expect(renamed).rejects.toMatchObject(taken);
  const unknown = stage
    .call()
    .updateGift({ gift: { ...other, id: 999_999n }, updateMask: undefined }, { caller: systemCaller });
  await expect(unknown).rejects.toMatchObject({ reason: 'GIFT_NOT_FOUND' });
});

test.each([
  ['price', { price: { currency: 'COIN', minor: 0n } }],
  ['price', { price: { currency: 'POINT', minor: 100n } }],
  ['name', { name: ' ' }],
  ['animationUrl', { animationUrl: 'javascript:alert(1)' }],
  ['wealthXpMultiplier', { wealthXpMultiplier: Number.NaN }],
  ['charmXpMultiplier', { charmXpMultiplier: 1.23456 }],
])('a gift with a wrong %s is refused', async (field, change) => {
  const attempt = stage.createGift({ name: 'Wrong', ...change });
  await expect(attempt).rejects.toMatchObject({ kind: 'invalid', fields: { [field]: expect.anything() } });
});

test('only administrators change the catalogue or see what is retired', async () => {
  const caller = userCaller(5n);
  const forbidden = { kind: 'forbidden' };
  await expect(stage.call().createGift({ gift: rose }, { caller })).rejects.toMatchObject(forbidden);
  await expect(stage.call().updateGift({ gift: rose, updateMask: undefined }, { caller })).rejects.toMatchObject(
    forbidden,
  );
  await expect(stage.call().listGifts({ includeInactive: true }, { caller })).rejects.toMatchObject(forbidden);
});
