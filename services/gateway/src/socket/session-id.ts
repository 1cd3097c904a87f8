/** Ids of engine.io's sessions. Each names the gateway that holds it and when it began, by that gateway's own clock. */
import { randomBytes } from 'node:crypto';

export interface SessionId {
  /** Of one run of one gateway. */
  readonly holder: string;
  /** ms since 1970 */
  readonly began: number;
}

const HOLDER_BYTES = 9;
/** Who knows an id may speak for its client: as many as engine.io's own have. */
const SECRET_BYTES = 15;

const FORM = /^([\w-]{12})\.([0-9a-z]{1,11})\.[\w-]{20}$/;

export const newHolder = (): string => randomBytes(HOLDER_BYTES).toString('base64url');

export const newSessionId = ({ holder, began }: SessionId): string =>
  `${holder}.${began.toString(36)}.${randomBytes(SECRET_BYTES).toString('base64url')}`;

/** Null for what no gateway has made. */
export function parseSessionId(text: string): SessionId | null {
  const [, holder, began] = FORM.exec(text) ?? [];
  return holder === undefined || began === undefined ? null : { holder, began: Number.parseInt(began, 36) };
}
