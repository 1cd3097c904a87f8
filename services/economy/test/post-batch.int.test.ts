import type { PostCommand } from '@fanfare/contracts/economy/v1/economy_service';
import { journalIdOf } from '@fanfare/kit';
import { describe, expect, it } from 'vitest';
import { admin, coin, gifting, newId, runningService } from './running-service.ts';

const { call, grant } = runningService();

function postCommand(more: Partial<PostCommand> = {}): PostCommand {
  return {
    journalId: journalIdOf('service:gifting', 'gift.send', newId()),
    operation: 'gift.send',
    intent: [{ name: 'giftId', value: '5' }],
    postings: [
      {
        account: { kind: 1, ownerId: 50n, currency: 'COIN' },
        minor: -100n,
        action: 'gift_sent',
        shortfallToDebt: false,
      },
      { account: { kind: 3, ownerId: 0n, currency: 'COIN' }, minor: 100n, action: 'gift_fee' },
    ],
    context: '{"quantity":1}',
    userId: 50n,
    waitMs: 0,
    refusal: undefined,
    hold: undefined,
    limit: undefined,
    reason: '',
    traceparent: '',
    correlationId: '',
    tenantId: undefined,
    ...more,
  };
}

const post = async (...commands: PostCommand[]) => (await call().postBatch({ commands }, { caller: gifting })).verdicts;

describe('a batch of commands', () => {
  it('is for services only, and bounded', async () => {
    await expect(call().postBatch({ commands: [] }, { caller: admin })).rejects.toMatchObject({
      kind: 'forbidden',
    });
    const many = Array.from({ length: 257 }, () => postCommand());
    await expect(post(...many)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('answers each command by itself, in their order', async () => {
    await grant(50n, 150n);
    const [accepted, broke, malformed] = await post(postCommand(), postCommand(), postCommand({ context: 'no json' }));
    expect(accepted?.receipt).toMatchObject({
      balances: [coin(50n), { currency: 'DIAMOND', minor: 0n }, { currency: 'POINT', minor: 0n }],
      context: '{"quantity":1}',
      repeated: false,
    });
    expect(broke?.refusal).toMatchObject({ reason: 'INSUFFICIENT_FUNDS', metadata: { available: '0.50' } });
    expect(malformed?.refusal).toMatchObject({ kind: 'invalid', reason: 'INVALID_ARGUMENT' });
  });

  const unbalanced = postCommand().postings.map((posting, n) => ({ ...posting, minor: n === 0 ? -1n : 2n }));
  const [debit] = postCommand().postings;
  it.each([
    ['postings', { postings: [] }],
    ['postings', { postings: unbalanced }],
    ['postings', { postings: Array.from({ length: 65 }, () => postCommand().postings[0] as never) }],
    ['postings', { postings: [{ account: undefined, minor: 1n, action: 'x' }] }],
    ['postings', { postings: [{ ...(debit as never as object), minor: 0n } as never] }],
    ['ownerId', { postings: [{ account: { kind: 1, ownerId: 0n, currency: 'COIN' }, minor: 1n, action: 'x' }] }],
    ['ownerId', { postings: [{ account: { kind: 4, ownerId: 1n, currency: 'COIN' }, minor: 1n, action: 'x' }] }],
    ['kind', { postings: [{ account: { kind: 0, ownerId: 1n, currency: 'COIN' }, minor: 1n, action: 'x' }] }],
    ['currency', { postings: [{ account: { kind: 1, ownerId: 1n, currency: 'GOLD' }, minor: 1n, action: 'x' }] }],
    ['action', { postings: [{ account: { kind: 1, ownerId: 1n, currency: 'COIN' }, minor: 1n, action: '' }] }],
    ['context', { context: JSON.stringify({ long: 'x'.repeat(4096) }) }],
    ['context', { context: '[]' }],
    ['journalId', { journalId: 'not-a-uuid' }],
    ['operation', { operation: '' }],
    ['userId', { userId: -1n }],
    ['refusal', { postings: [], refusal: { reason: 'X', kind: 'sad', message: '', metadata: {} } }],
  ] as const)('refuses a command for its %s alone: %o', async (field, wrong) => {
    await grant(51n, 100n);
    const fine = postCommand({
      userId: 51n,
      postings: postCommand().postings.map((each, n) =>
        n === 0 ? { ...each, account: { kind: 1, ownerId: 51n, currency: 'COIN' } } : each,
      ),
    });
    const [bad, good] = await post(postCommand(wrong as Partial<PostCommand>), fine);
    expect(bad?.refusal?.metadata).toHaveProperty(field);
    expect(good?.receipt).toBeDefined();
  });

  it('records a refusal found elsewhere, for every repeat', async () => {
    const refusal = { reason: 'SENDER_BLOCKED', kind: 'forbidden', message: 'Blocked.', metadata: { room: '4' } };
    const command = postCommand({ postings: [], refusal });
    const [first] = await post(command);
    const [repeat] = await post({ ...command, refusal: undefined, postings: postCommand().postings });
    expect([first?.refusal, repeat?.refusal]).toEqual([refusal, refusal]);
  });
});
