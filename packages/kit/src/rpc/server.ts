/**
 * The gRPC server of a service: a guard and typed handlers, error translation, health, reflection, and a histogram of
 * calls. Who may call what is said by the contract, and decided before a handler runs.
 * Stopping turns health to NOT_SERVING, lets running calls end, and cuts what is left after the drain time.
 */
import { HealthService } from '@fanfare/contracts/grpc/health/v1/health';
import { ServerReflectionService } from '@fanfare/contracts/grpc/reflection/v1/reflection';
import { ruleOf } from '@fanfare/contracts/rpc-rules';
import { type handleUnaryCall, type Metadata, Server, type ServerUnaryCall } from '@grpc/grpc-js';
import { Histogram, type Registry } from 'prom-client';
import { AppError, toAppError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Logger } from '../logger.ts';
import type { Part } from '../service.ts';
import { requireAccess } from './access.ts';
import { type Caller, readCaller } from './caller.ts';
import { type Definition, type RequestOf, type ResponseOf, serviceNameOf } from './definition.ts';
import { health } from './health.ts';
import { reflection } from './reflection.ts';
import { toStatus } from './status.ts';
import { serverCredentials, type TlsFiles } from './transport.ts';

/** What a handler knows about the call besides its request. */
export interface Call {
  readonly caller: Caller;
  readonly correlationId: string;
  /** Milliseconds the caller still waits; null when it set no deadline. */
  readonly remainingMs: () => number | null;
}

/** One function per RPC; a forgotten one does not compile. */
export type Handlers<D extends Definition> = {
  readonly [M in keyof D]: (request: RequestOf<D[M]>, call: Call) => Promise<ResponseOf<D[M]>>;
};

export interface RpcServerOptions {
  readonly service: string;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsFiles | null;
  readonly log: Logger;
  readonly metrics: Registry;
  /** How long running calls may take to end at stop. */
  readonly drainMs?: number;
}

const DRAIN_MS = 3000;

export function rpcServer<D extends Definition>(
  definition: D,
  handlers: Handlers<D>,
  options: RpcServerOptions,
): Part & { readonly port: () => number } {
  const server = new Server({ 'grpc.keepalive_time_ms': 30_000 });
  const name = serviceNameOf(definition);
  const state = health([name]);
  const durations = new Histogram({
    name: 'fanfare_rpc_server_duration_seconds',
    help: 'Time to answer a call, by method and gRPC code',
    labelNames: ['method', 'code'],
    registers: [options.metrics],
  });
  const implementation: Record<string, handleUnaryCall<unknown, unknown>> = {};
  for (const [method, handle] of guarded(definition, handlers)) {
    implementation[method] = (call, callback) => {
      const started = performance.now();
      const done = (code: number): void =>
        durations.observe({ method, code: String(code) }, (performance.now() - started) / 1000);
      // A caller that cannot be read must be answered like any other failure.
      Promise.resolve()
        .then(() => handle(call.request, contextOf(call)))
        .then(
          (response: unknown) => {
            done(0);
            callback(null, response);
          },
          (error: unknown) => {
            const shown = toAppError(error);
            if (!(error instanceof AppError)) {
              const isBug = shown.kind === 'internal';
              options.log[isBug ? 'error' : 'warn']({ err: error, method }, isBug ? 'unexpected error' : 'unavailable');
            }
            const status = toStatus(shown, options.service);
            done(status.code);
            callback(status);
          },
        );
    };
  }
  server.addService(definition, implementation);
  server.addService(HealthService, state.implementation);
  server.addService(ServerReflectionService, reflection([name, 'grpc.health.v1.Health']));

  let port = options.port;
  return {
    name: 'rpc',
    port: () => port,
    start: async () => {
      port = await bind(server, `${options.host}:${options.port}`, options.tls);
      state.set(true);
    },
    stop: async () => {
      state.set(false);
      const cut = setTimeout(() => server.forceShutdown(), options.drainMs ?? DRAIN_MS);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(cut);
    },
  };
}

type Handle = (request: unknown, call: Call) => Promise<unknown>;

/** Each handler behind the guard that its RPC's proto asks for. @throws when a proto asks for none */
function guarded<D extends Definition>(definition: D, handlers: Handlers<D>): readonly (readonly [string, Handle])[] {
  return Object.entries(handlers as Record<string, Handle>).map(([method, handle]) => {
    const { access } = ruleOf(definition[method]?.path ?? method);
    return [
      method,
      async (request, call) => {
        requireAccess(call.caller, access);
        return handle(request, call);
      },
    ];
  });
}

function bind(server: Server, address: string, tls: TlsFiles | null): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(tls), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}

function contextOf(call: ServerUnaryCall<unknown, unknown>): Call {
  return {
    caller: readCaller(call.metadata),
    correlationId: correlationIdOf(call.metadata),
    remainingMs: () => {
      const deadline = call.getDeadline();
      const at = deadline instanceof Date ? deadline.getTime() : deadline;
      return Number.isFinite(at) ? Math.max(0, at - Date.now()) : null;
    },
  };
}

function correlationIdOf(metadata: Metadata): string {
  const [id] = metadata.get('correlation-id');
  return typeof id === 'string' && id !== '' ? id : newId();
}
