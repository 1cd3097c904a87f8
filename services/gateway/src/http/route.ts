/** A route of the REST API as a value: what the reference says of it, what its input is parsed by, and what it does. */
import type { CallOptions } from '@fanfare/kit';
import type { z } from 'zod';
import type { Principal } from '../authenticator.ts';
import type { Presence } from '../presence/presence.ts';
import type { Access, RateLimit } from './route-config.ts';

/** What all routes may use. */
export interface RouteDeps {
  readonly presence: Pick<Presence, 'areOnline'>;
  /** What the platform calls its points. */
  readonly pointCurrencyName: string;
}

/** What one request gives its route, besides the input. */
export interface RouteContext<C, A extends Access, M extends boolean> extends RouteDeps {
  readonly clients: C;
  /** Calls are made in the user's name, under the request's id. */
  readonly call: CallOptions;
  readonly principal: A extends 'public' | 'optional' ? Principal | null : Principal;
  /** The Idempotency-Key of a route that moves money, or one that was made here. */
  readonly commandId: M extends true ? string : never;
  readonly rawBody: Buffer | null;
  /** Where the request comes from. */
  readonly device: () => { readonly ip: string; readonly userAgent: string };
}

export interface RouteOf<
  C,
  A extends Access,
  M extends boolean,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`. */
  readonly path: `/${string}`;
  /** Unique: what clients that are made from the reference call it. */
  readonly operationId: string;
  readonly summary: string;
  /** Default: `admin` for what only administrators and moderators may do, else the area's name. */
  readonly tags?: readonly string[];
  readonly deprecated?: boolean;
  readonly access: A;
  /** It takes an Idempotency-Key: repeated under the same it answers the same and happens once. */
  readonly movesMoney?: M;
  /** Default: `user` for whoever is logged in, `ip` for everybody else. */
  readonly limit?: RateLimit;
  /** False: the answer is the body, as it is. */
  readonly envelope?: false;
  /** Keeps the bytes of the body, for signatures. */
  readonly rawBody?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** `data` of the envelope; `z.null()` where there is nothing to say but success. */
  readonly answer: R;
  /** 201 for what makes something, at a repeat too. */
  readonly status?: 201;
  /** @throws AppError: the refusal */
  readonly run: (
    context: RouteContext<C, A, M>,
    input: { readonly params: z.output<P>; readonly query: z.output<Q>; readonly body: z.output<B> },
  ) => Promise<z.output<R>>;
}

/** Any route, for whoever registers it: its context and its input are those that it says it needs. */
export interface Route
  extends Omit<RouteOf<unknown, Access, boolean, z.ZodType, z.ZodType, z.ZodType, z.ZodType>, 'run'> {
  readonly run: (context: RouteContext<unknown, Access, boolean>, input: RouteInput) => Promise<unknown>;
}

export interface RouteInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}
