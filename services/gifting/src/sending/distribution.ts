/**
 * Who gets what out of a gift. Pure, exact at any size. One coin of cost counts as one diamond before the split: of
 * each recipient's share of the cost the recipient earns a configured part, an agency takes its commission out of that
 * part, and the platform keeps the rest.
 */

/** Hundredths of a percent; all of something is 10,000. */
const WHOLE = 10_000n;

/** Which split applied. The version travels with every gift, so that history can be explained after a change. */
export interface Split {
  readonly version: number;
  /** The recipient's part before the agency's commission: 5000 is half. */
  readonly recipientBasisPoints: number;
}

export interface Recipient {
  readonly id: bigint;
  readonly agency?: { readonly id: bigint; readonly commissionBasisPoints: number };
}

/** In minor units: `cost` in COIN, the others in DIAMOND; `earnings + commission + platform` is `cost`. */
export interface Share {
  readonly recipientId: bigint;
  readonly cost: bigint;
  /** Net of the commission. */
  readonly earnings: bigint;
  readonly agencyId: bigint | null;
  readonly commission: bigint;
  readonly platform: bigint;
}

export const totalCost = (priceMinor: bigint, quantity: number, recipients: number): bigint =>
  priceMinor * BigInt(quantity) * BigInt(recipients);

/**
 * Divides `total` in proportion to `weights`: everybody gets the whole units of their exact part, and the units that
 * are left go to the largest remainders, the earlier one where two are equal. The parts sum to `total`.
 */
export function apportion(total: bigint, weights: readonly bigint[]): readonly bigint[] {
  const sum = weights.reduce((left, right) => left + right, 0n);
  if (sum <= 0n || weights.some((weight) => weight < 0n) || total < 0n) throw new RangeError('nothing to apportion by');
  const parts = weights.map((weight) => (total * weight) / sum);
  const left = Number(total - parts.reduce((a, b) => a + b, 0n));
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (total * weight) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder < b.remainder ? 1 : -1));
  for (const { index } of byRemainder.slice(0, left)) parts[index] = (parts[index] ?? 0n) + 1n;
  return parts;
}

/**
 * Each recipient's share is split by itself, so that what one earns never depends on who else was named. Where two
 * remainders are equal the platform comes first, then the recipient: a gift of 0.01 is not worth giving to and fro.
 */
export function distribute(costEach: bigint, recipients: readonly Recipient[], split: Split): readonly Share[] {
  const gross = BigInt(split.recipientBasisPoints);
  if (gross < 0n || gross > WHOLE) throw new RangeError('a recipient earns between 0 and 10,000 basis points');
  return recipients.map(({ id, agency }) => {
    const rate = BigInt(agency?.commissionBasisPoints ?? 0);
    if (rate < 0n || rate > WHOLE) throw new RangeError('a commission is between 0 and 10,000 basis points');
    const weights = [(WHOLE - gross) * WHOLE, gross * (WHOLE - rate), gross * rate];
    const [platform = 0n, earnings = 0n, commission = 0n] = apportion(costEach, weights);
    return { recipientId: id, cost: costEach, earnings, agencyId: agency?.id ?? null, commission, platform };
  });
}
