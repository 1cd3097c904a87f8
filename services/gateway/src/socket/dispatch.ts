/** From a client's event to its ack: limits, the command, and the error where it was refused. */

import type { Logger } from '@fanfare/kit';
import { type AppError, invalid, toAppError } from '@fanfare/kit';
import type { Socket } from 'socket.io';
import { errors } from '../errors.ts';
import { newRequestId } from '../http/request-id.ts';
import { enforce, type Limiter } from '../limits/limiter.ts';
import type { Policies } from '../limits/policies.ts';
import { presentError } from '../present/error.ts';
import { inServerSpan } from '../tracing.ts';
import { forbiddenKeyProblem, weigh } from '../weigh.ts';
import type { Answer, Command, CommandDeps } from './command.ts';
import type { SocketMetrics } from './metrics.ts';
import type { Session } from './session.ts';

export interface DispatchDeps extends CommandDeps {
  /** By their names. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly limiter: Pick<Limiter, 'take'>;
  readonly policies: Policies;
  readonly log: Logger;
  readonly metrics: SocketMetrics;
}

/** As for the body of a request; ours stay under 4 KB. */
const MESSAGE_BYTES_MOST = 64 * 1024;

type Ack = (answer: unknown) => void;

/** Answers everything the client emits; a client that wants no answer gives no callback. */
export function answerCommands(deps: DispatchDeps, socket: Socket, session: Session): void {
  socket.onAny((event: string, ...args: readonly unknown[]) => {
    const last = args.at(-1);
    const ack: Ack = typeof last === 'function' ? (answer) => last(answer) : () => {};
    const said = typeof last === 'function' ? args.slice(0, -1) : args;
    void answer(deps, session, event, said, ack);
  });
}

/** Never rejects. */
async function answer(
  deps: DispatchDeps,
  session: Session,
  event: string,
  said: readonly unknown[],
  ack: Ack,
): Promise<void> {
  const { commands } = deps;
  const requestId = newRequestId();
  const done = deps.metrics.timed(commands.has(event) ? event : 'unknown');
  try {
    const name = commands.has(event) ? `socket ${event}` : 'socket unknown';
    const { data, afterwards } = await inServerSpan(name, { requestId }, () =>
      carryOut(deps, session, event, said, requestId),
    );
    session.flush();
    ack({ ok: true, data });
    afterwards?.();
    done('ok');
  } catch (error) {
    const refusal: AppError = toAppError(error);
    if (refusal !== error) deps.log.error({ err: error, event, requestId }, 'command failed');
    const presented = presentError(refusal, requestId);
    session.flush();
    ack({ ok: false, error: presented });
    commands.get(event)?.onRefused?.(session, said[0], refusal, presented);
    done(refusal.kind);
  }
}

async function carryOut(
  deps: DispatchDeps,
  session: Session,
  event: string,
  said: readonly unknown[],
  requestId: string,
): Promise<Answer> {
  const { policies, limiter } = deps;
  const { caller, userId } = session.principal;
  enforce(policies.connection, session.bucket.take());
  lookOver(event, said);
  enforce(policies.user, await limiter.take(policies.user, String(userId)));
  const command = deps.commands.get(event);
  if (command === undefined) throw errors.UNKNOWN_EVENT({ event: event.slice(0, 100) });
  return command.run(deps, session, said[0], { caller, correlationId: requestId });
}

/** @throws PAYLOAD_TOO_LARGE, INVALID_ARGUMENT for a key that could reach a prototype */
function lookOver(event: string, said: readonly unknown[]): void {
  const { bytes, forbiddenKey } = weigh([event, ...said], MESSAGE_BYTES_MOST);
  if (bytes > MESSAGE_BYTES_MOST) throw errors.PAYLOAD_TOO_LARGE({ maximum: String(MESSAGE_BYTES_MOST) });
  if (forbiddenKey !== null) throw invalid('payload', forbiddenKeyProblem(forbiddenKey));
}
