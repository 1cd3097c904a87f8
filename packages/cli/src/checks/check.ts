/** One thing that `./fanfare test` proves, and how it is told. */

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What was wrong or why it was skipped; empty when there is nothing to say. */
  readonly detail: string;
}

export interface Check {
  readonly name: string;
  /** Words after `./fanfare test` that choose it. */
  readonly areas: readonly string[];
  readonly run: () => Promise<Outcome>;
}

export const passed = (): Outcome => ({ passed: 1, failed: 0, skipped: 0, detail: '' });
export const failed = (detail: string): Outcome => ({ passed: 0, failed: 1, skipped: 0, detail });
export const skipped = (reason: string): Outcome => ({ passed: 0, failed: 0, skipped: 1, detail: reason });

/** Passes when there is nothing to complain about. */
export const expectNone = (problems: readonly string[]): Outcome =>
  problems.length === 0 ? passed() : failed(problems.join('\n'));
