/** From a client's event to its ack: limits, the command, and the error where it was refused. */

import type { Logger } from '@fanfare/kit';
import { type AppError, toAppError } from '@fanfare/kit';
import type { Socket } from 'socket.io';
import { errors } from '../errors.ts';
import { newRequestId } from '../http/request-id.ts';
import { enforce, type Limiter } from '../limits/limiter.ts';
import type { Policies } from '../limits/policies.ts';
import { presentError } from '../present/error.ts';
import { inServerSpan } from '../tracing.ts';
import type { Answer, Command, CommandDeps } from './command.ts';
import { chatSend } from './commands/chat-send.ts';
import { giftSend } from './commands/gift-send.ts';
import { roomJoin } from './commands/room-join.ts';
import { roomLeave } from './commands/room-leave.ts';
import type { SocketMetrics } from './metrics.ts';
import type { Session } from './session.ts';

const commands: ReadonlyMap<string, Command> = new Map(
  [roomJoin, roomLeave, chatSend, giftSend].map((command) => [command.event, command]),
);

export interface DispatchDeps extends CommandDeps {
  readonly limiter: Pick<Limiter, 'take'>;
  readonly policies: Policies;
  readonly log: Logger;
  readonly metrics: SocketMetrics;
}

type Ack = (answer: unknown) => void;

/** Answers everything the client emits; a client that wants no answer gives no callback. */
export function answerCommands(deps: DispatchDeps, socket: Socket, session: Session): void {
  socket.onAny((event: string, ...args: readonly unknown[]) => {
    const last = args.at(-1);
    const ack: Ack = typeof last === 'function' ? (answer) => last(answer) : () => {};
    const payload = typeof args[0] === 'function' ? undefined : args[0];
    void answer(deps, session, event, payload, ack);
  });
}

/** Never rejects. */
async function answer(deps: DispatchDeps, session: Session, event: string, payload: unknown, ack: Ack): Promise<void> {
  const requestId = newRequestId();
  const done = deps.metrics.timed(commands.has(event) ? event : 'unknown');
  try {
    const name = commands.has(event) ? `socket ${event}` : 'socket unknown';
    const { data, afterwards } = await inServerSpan(name, { requestId }, () =>
      carryOut(deps, session, event, payload, requestId),
    );
    session.flush();
    ack({ ok: true, data });
    afterwards?.();
    done('ok');
  } catch (error) {
    const refusal: AppError = toAppError(error);
    if (refusal !== error) deps.log.error({ err: error, event, requestId }, 'command failed');
    session.flush();
    ack({ ok: false, error: presentError(refusal, requestId) });
    done(refusal.kind);
  }
}

async function carryOut(
  deps: DispatchDeps,
  session: Session,
  event: string,
  payload: unknown,
  requestId: string,
): Promise<Answer> {
  const { policies, limiter } = deps;
  const { caller, userId } = session.principal;
  enforce(policies.connection, session.bucket.take());
  const command = commands.get(event);
  if (command === undefined) throw errors.UNKNOWN_EVENT({ event: event.slice(0, 100) });
  enforce(policies.user, await limiter.take(policies.user, String(userId)));
  return command.run(deps, session, payload, { caller, correlationId: requestId });
}
