/**
 * A typed client of one service. Every call has a deadline and a caller; failures arrive as the AppError the service
 * threw. Calls that may be repeated by their contract (idempotency_level) are sent again, unchanged, while the service
 * is unavailable and the deadline lasts.
 */
import { ruleOf } from '@fanfare/contracts/rpc-rules';
import { Client, Metadata, type ServiceError } from '@grpc/grpc-js';
import { AppError, commonErrors, type ErrorKind } from '../errors.ts';
import type { Part } from '../service.ts';
import { type Caller, writeCaller } from './caller.ts';
import type { Definition, RequestOf, ResponseOf, UnaryMethod } from './definition.ts';
import { fromStatus } from './status.ts';
import { channelCredentials, type TlsFiles, targetOf } from './transport.ts';

export interface CallOptions {
  readonly caller: Caller;
  readonly correlationId?: string;
  /** For the whole call, repeats included. Default: the client's. */
  readonly deadlineMs?: number;
}

export type RpcClient<D extends Definition> = Part & {
  readonly call: {
    readonly [M in keyof D]: (request: RequestOf<D[M]>, options: CallOptions) => Promise<ResponseOf<D[M]>>;
  };
};

export interface RpcClientOptions<D extends Definition> {
  readonly name: string;
  /** `host:port`, several of them with commas, or `dns:///name:port`. */
  readonly address: string;
  readonly tls: TlsFiles | null;
  readonly deadlineMs?: number;
  /** Methods that may be repeated, but not here: whoever calls them does so, with more knowledge. */
  readonly once?: readonly (keyof D)[];
}

const DEADLINE_MS = 5000;
/** 25, 50, 100, 200, 400, 400, ... milliseconds, each times 0.5 to 1. */
const RETRY_FIRST_MS = 25;
const RETRY_MOST_MS = 400;

const CHANNEL_OPTIONS = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  // A replica that was restarted is found again within half a second.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.keepalive_time_ms': 30_000,
  'grpc.enable_retries': 0,
};

export function rpcClient<D extends Definition>(definition: D, options: RpcClientOptions<D>): RpcClient<D> {
  const client = new Client(targetOf(options.address), channelCredentials(options.tls), CHANNEL_OPTIONS);
  const call = Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      const repeatable = ruleOf(method.path).idempotency !== 'unknown' && options.once?.includes(name) !== true;
      return [
        name,
        (request: unknown, how: CallOptions): Promise<unknown> => {
          const deadline = Date.now() + (how.deadlineMs ?? options.deadlineMs ?? DEADLINE_MS);
          return repeatable
            ? untilAvailable(deadline, () => send(client, method, request, how, deadline))
            : send(client, method, request, how, deadline);
        },
      ];
    }),
  );
  return {
    name: `client:${options.name}`,
    call: call as RpcClient<D>['call'],
    stop: async () => client.close(),
  };
}

function send<Q, S>(
  client: Client,
  method: UnaryMethod<Q, S>,
  request: Q,
  { caller, correlationId }: CallOptions,
  deadline: number,
): Promise<S> {
  const metadata = new Metadata();
  writeCaller(metadata, caller);
  if (correlationId !== undefined) metadata.set('correlation-id', correlationId);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest<Q, S>(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline },
      (error: ServiceError | null, response?: S) => {
        if (error !== null) reject(fromStatus(error));
        else if (response === undefined) reject(commonErrors.INTERNAL());
        else resolve(response);
      },
    );
  });
}

async function untilAvailable<T>(deadline: number, attempt: () => Promise<T>): Promise<T> {
  let away: unknown;
  for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
    try {
      return await attempt();
    } catch (error) {
      // The deadline cuts the last attempt short, which tells less than those before it did.
      if (away !== undefined && isKind('deadline', error)) throw away;
      const pause = wait * (0.5 + Math.random() / 2);
      if (!isKind('unavailable', error) || Date.now() + pause >= deadline) throw error;
      away = error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

const isKind = (kind: ErrorKind, error: unknown): boolean => error instanceof AppError && error.kind === kind;
