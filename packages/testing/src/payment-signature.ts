/**
 * How payment providers in the field sign what they send, as Stripe does: `t=<unix seconds>,v1=<hex>`, HMAC-SHA256 over
 * `<t>.<body>` with the secret as text. Several `v1` stand for several secrets while one is replaced by the next.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export const SIGNATURE_HEADER = 'payment-signature';

/** Either way: a clock that is ahead is no excuse for a signature that never gets old. */
const TOLERANCE_MS = 300_000;
const FORM = /^t=(\d{1,12})((?:,v1=[0-9a-f]{64})+)$/;

/** The header's value for a body that leaves at `at`. */
export function signPayment(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${digestOf(secret, seconds, Buffer.from(body)).toString('hex')}`;
}

/**
 * Over the raw bytes, before anything of them is read, and in constant time.
 * @returns what is wrong, or null
 */
export function signatureProblem(secret: string, header: string | undefined, body: Buffer, now: Date): string | null {
  if (header === undefined) return `header ${SIGNATURE_HEADER} is missing`;
  const match = FORM.exec(header);
  if (match === null) return `header ${SIGNATURE_HEADER} must be t=<unix seconds>,v1=<64 hex digits>`;
  const seconds = Number(match[1]);
  const expected = digestOf(secret, seconds, body);
  const given = (match[2] ?? '').split(',v1=').slice(1);
  // No early end: which of them matches is nobody's business either.
  const matches = given.map((hex) => timingSafeEqual(Buffer.from(hex, 'hex'), expected));
  if (!matches.includes(true)) return 'the signature does not match the body';
  return Math.abs(now.getTime() - seconds * 1000) > TOLERANCE_MS ? 'the signature is more than 5 minutes off' : null;
}

const digestOf = (secret: string, seconds: number, body: Buffer): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
