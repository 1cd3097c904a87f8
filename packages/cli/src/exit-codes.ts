/** What scripts rely on; the only codes that the command line ends with. */
export const EXIT = { ok: 0, failed: 1, wrongUsage: 2, notReady: 3 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The caller wrote something that cannot be meant: told with the usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something outside the program is in the way; the message says what to do, so no stack is shown. Exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
}
