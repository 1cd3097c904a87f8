import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

export const serviceFolder = (service: string): string => join(ROOT, 'services', service);

/** `--data-dir` as an absolute path; without one, `.fanfare` in the repository, whatever the current folder is. */
export const dataFolder = (given: string | undefined): string =>
  given === undefined ? join(ROOT, '.fanfare') : resolve(given);
