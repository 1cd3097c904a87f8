/** What clients may ask over a socket: each command has a file in `commands/`. */
import type { SocketError } from '@fanfare/client/objects';
import type { AppError, CallOptions, Clock, FieldErrors, Secret } from '@fanfare/kit';
import { commonErrors } from '@fanfare/kit';
import type { z } from 'zod';
import type { Hub } from '../edge/hub.ts';
import type { KnownUsers } from '../known-users.ts';
import type { Presence } from '../presence/presence.ts';
import type { Revocations } from '../revocations.ts';
import type { Clients } from '../rpc-clients.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

export interface CommandDeps {
  readonly clients: Pick<Clients, 'rooms' | 'gifting'>;
  readonly users: KnownUsers;
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

export function defineCommand<P extends z.ZodType, A extends z.ZodType>({
  run,
  ...protocol
}: CommandProtocol<P, A> & {
  readonly run: (
    deps: CommandDeps,
    session: Session,
    payload: z.output<P>,
    call: CallOptions,
  ) => Promise<Answer<z.output<A>>>;
} & Pick<Command, 'onRefused'>): Command {
  return {
    ...protocol,
    run: async (deps, session, payload, call) => run(deps, session, parse(protocol.payload, payload), call),
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
