/** A command of a socket as a value: what the protocol document says of it, what it is parsed by, and what it does. */
import type { AppError, CallOptions, Clock, FieldErrors, Secret } from '@fanfare/kit';
import { commonErrors } from '@fanfare/kit';
import type { z } from 'zod';
import type { Hub } from '../edge/hub.ts';
import type { Presence } from '../presence/presence.ts';
import type { SocketError } from '../present/error.ts';
import type { Revocations } from '../revocations.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

export interface CommandDeps<C = unknown> {
  /** Of the services that the command's area asks. */
  readonly clients: C;
  readonly hub: Hub;
  readonly presence: Presence;
  readonly revocations: Pick<Revocations, 'isEvicted'>;
  readonly registry: Registry;
  readonly roomTokenSecrets: readonly Secret[];
  readonly clock: Clock;
}

export interface Answer<D = unknown> {
  readonly data: D;
  /** Runs right after the ack has been written. */
  readonly afterwards?: () => void;
}

/** What the protocol document says of a command, and what its payload is parsed by. */
export interface CommandProtocol<P extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly event: string;
  readonly summary: string;
  readonly payload: P;
  /** `data` of its ack. */
  readonly ack: A;
  /** The reasons of its own; those of every command are in `protocol/ack.ts`. */
  readonly refusals: readonly string[];
  readonly example: { readonly payload: z.input<P>; readonly data: z.output<A> };
}

export interface Command extends CommandProtocol {
  /** @throws AppError: the ack's error */
  readonly run: (deps: CommandDeps, session: Session, payload: unknown, call: CallOptions) => Promise<Answer>;
  /** Tells a client that asks for no ack. `payload` is as it came. */
  readonly onRefused?: (session: Session, payload: unknown, refusal: AppError, error: SocketError) => void;
}

/** As an area writes it, whose clients are `C`. */
export interface CommandOf<C, P extends z.ZodType, A extends z.ZodType>
  extends CommandProtocol<P, A>,
    Pick<Command, 'onRefused'> {
  /** @throws AppError: the ack's error */
  readonly run: (
    deps: CommandDeps<C>,
    session: Session,
    payload: z.output<P>,
    call: CallOptions,
  ) => Promise<Answer<z.output<A>>>;
}

/** Any command, for whoever dispatches it: the payload is parsed first. */
export function commandOf<C, P extends z.ZodType, A extends z.ZodType>({ run, ...rest }: CommandOf<C, P, A>): Command {
  return {
    ...rest,
    run: async (deps, session, payload, call) =>
      run(deps as CommandDeps<C>, session, parse(rest.payload, payload), call),
  };
}

/** @throws INVALID_ARGUMENT naming every field that breaks a rule */
function parse<S extends z.ZodType>(schema: S, payload: unknown): z.output<S> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const fields: Record<string, string[]> = {};
  for (const { path, message } of parsed.error.issues) {
    const field = path.length === 0 ? 'payload' : path.join('.');
    fields[field] = [...(fields[field] ?? []), message];
  }
  throw commonErrors.INVALID_ARGUMENT({}, fields satisfies FieldErrors);
}
