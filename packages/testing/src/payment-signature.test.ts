import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { signatureProblem, signPayment } from './payment-signature.ts';

const SECRET = 'whsec_test';
const NOW = new Date('2026-11-21T12:00:00Z');
const BODY = '{"paymentId":"p1"}';
const at = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const problem = (header: string | undefined, body = BODY, now = NOW): string | null =>
  signatureProblem(SECRET, header, Buffer.from(body), now);

describe('a signature', () => {
  it('is the HMAC over time and body that the field uses', () => {
    const hex = createHmac('sha256', SECRET).update(`1795262400.${BODY}`).digest('hex');
    expect(signPayment(SECRET, BODY, NOW)).toBe(`t=1795262400,v1=${hex}`);
  });

  it('holds for five minutes either way', () => {
    const header = signPayment(SECRET, BODY, NOW);
    for (const seconds of [-300, 0, 300]) expect(problem(header, BODY, at(seconds))).toBeNull();
    for (const seconds of [-301, 301]) expect(problem(header, BODY, at(seconds))).toMatch(/5 minutes/);
  });

  it('does not hold for another body, another secret, or another time', () => {
    const header = signPayment(SECRET, BODY, NOW);
    expect(problem(header, `${BODY} `)).toMatch(/does not match/);
    expect(problem(signPayment('other', BODY, NOW))).toMatch(/does not match/);
    expect(problem(header.replace('t=1795262400', 't=1795262401'))).toMatch(/does not match/);
  });

  it('may be one of several', () => {
    const other = 'f'.repeat(64);
    const [time, own] = signPayment(SECRET, BODY, NOW).split(',');
    expect(problem(`${time},v1=${other},${own}`)).toBeNull();
    expect(problem(`${time},v1=${other},v1=${other}`)).toMatch(/does not match/);
  });

  it.each([undefined, '', 't=1,v1=', 'v1=ab', `t=x,v1=${'0'.repeat(64)}`, `t=1,v0=${'0'.repeat(64)}`])(
    'is not %j',
    (header) => {
      expect(problem(header)).toMatch(/header payment-signature/);
    },
  );
});
