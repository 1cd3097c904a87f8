/** REST requests: token, refresh, envelope, and repeats where a repeat cannot do harm. */
import { backoffMs } from './backoff.ts';
import { decodeAnswer } from './envelope.ts';
import { FanfareError } from './fanfare-error.ts';
import { notLoggedIn, type TokenKeeper } from './tokens.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** After `/api/v1`. */
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly body?: object | undefined;
  /** For requests that need nobody logged in: `none` tells nobody, `optional` whoever is. */
  readonly auth?: 'none' | 'optional';
  /** Makes a POST safe to repeat. */
  readonly idempotencyKey?: string;
}

export interface HttpOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly tokens: TokenKeeper;
}

export type Send = <T>(request: Request) => Promise<T>;

const TIMEOUT_MS = 15_000;
/** The first attempt included. With the pauses between them: at most 0.75 s of waiting of our own. */
const ATTEMPTS = 3;

export const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

export function httpClient(options: HttpOptions): Send {
  return async <T>(request: Request): Promise<T> => {
    const repeatable = request.method === 'GET' || request.idempotencyKey !== undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return (await sendAuthorised(options, request)) as T;
      } catch (error) {
        const again = repeatable && attempt + 1 < ATTEMPTS && error instanceof FanfareError && error.retryable;
        if (!again) throw error;
        await delay(error.retryAfterMs ?? backoffMs(attempt, Math.random()));
      }
    }
  };
}

/** A token that has expired is renewed, once. */
async function sendAuthorised(options: HttpOptions, request: Request): Promise<unknown> {
  const tokens = request.auth === 'none' ? null : options.tokens.current();
  if (tokens === null) {
    if (request.auth === undefined) throw notLoggedIn();
    return sendOnce(options, request, null);
  }
  try {
    return await sendOnce(options, request, tokens.accessToken);
  } catch (error) {
    if (!(error instanceof FanfareError && error.kind === 'unauthenticated')) throw error;
    return sendOnce(options, request, await options.tokens.renew(tokens.accessToken));
  }
}

async function sendOnce(options: HttpOptions, request: Request, token: string | null): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (token !== null) headers['authorization'] = `Bearer ${token}`;
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey;
  const answer = await fetchText(options.fetch, urlOf(options.url, request), {
    method: request.method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
  });
  return decodeAnswer(answer.status, answer.text);
}

async function fetchText(
  send: typeof fetch,
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await send(url, init);
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw FanfareError.network(error instanceof Error ? error.message : String(error));
  }
}

export function urlOf(base: string, { path, query = {} }: Pick<Request, 'path' | 'query'>): string {
  const url = new URL(`${base.replace(/\/+$/, '')}/api/v1${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url.href;
}
