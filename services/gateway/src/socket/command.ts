/** What clients may ask over a socket: each command has a file in `commands/`. */
import type { CallOptions, Clock, FieldErrors, Secret } from '@fanfare/kit';
import { commonErrors } from '@fanfare/kit';
import type { z } from 'zod';
import type { Hub } from '../edge/hub.ts';
import type { KnownUsers } from '../known-users.ts';
import type { Presence } from '../presence.ts';
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

export interface Answer {
  readonly data: unknown;
  /** Runs right after the ack has been written. */
  readonly afterwards?: () => void;
}

export interface Command {
  readonly event: string;
  /** @throws AppError: the ack's error */
  readonly run: (deps: CommandDeps, session: Session, payload: unknown, call: CallOptions) => Promise<Answer>;
}

export function defineCommand<S extends z.ZodType>(of: {
  readonly event: string;
  readonly payload: S;
  readonly run: (deps: CommandDeps, session: Session, payload: z.output<S>, call: CallOptions) => Promise<Answer>;
}): Command {
  return {
    event: of.event,
    run: async (deps, session, payload, call) => of.run(deps, session, parse(of.payload, payload), call),
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
