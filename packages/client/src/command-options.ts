/** How commands that move money are repeated without harm. */
import { v7 as newId } from 'uuid';

export interface CommandOptions {
  /** A repeat under the same key happens once and answers the same. Default: another one for every call. */
  readonly idempotencyKey?: string | undefined;
}

export const keyOf = ({ idempotencyKey = newId() }: CommandOptions = {}): string => idempotencyKey;
