/** An identity service, over real gRPC, that knows nothing but who exists: everybody who is not said to be nobody. */
import { IdentityServiceService, User } from '@fanfare/contracts/identity/v1/identity_service';
import { commonErrors, createMetrics, type Handlers, rpcServer, silentLogger } from '@fanfare/kit';

export interface SmallIdentity {
  readonly address: string;
  /** Ids under which there is no user, to be changed at will. */
  readonly nobody: Set<bigint>;
  /** How many ids it was asked about. */
  readonly asked: () => number;
  /** It can be stopped early, to be away. */
  readonly stop: () => Promise<void>;
}

export async function smallIdentity(): Promise<SmallIdentity> {
  const nobody = new Set<bigint>();
  let asked = 0;
  const unused = (): never => {
    throw commonErrors.INTERNAL();
  };
  const methods = Object.fromEntries(Object.keys(IdentityServiceService).map((method) => [method, unused]));
  const getUsers: Handlers<typeof IdentityServiceService>['getUsers'] = async ({ userIds }) => {
    asked += userIds.length;
    const users = userIds.filter((id) => !nobody.has(id)).map((id) => User.fromPartial({ id }));
    return { users };
  };
  const handlers = { ...methods, getUsers } as unknown as Handlers<typeof IdentityServiceService>;
  const server = rpcServer(IdentityServiceService, handlers, {
    service: 'identity',
    host: '127.0.0.1',
    port: 0,
    tls: null,
    log: silentLogger,
    metrics: createMetrics('identity'),
  });
  await server.start?.();
  let stopped: Promise<void> | undefined;
  return {
    address: `127.0.0.1:${server.port()}`,
    nobody,
    asked: () => asked,
    stop: () => {
      stopped ??= Promise.resolve(server.stop?.());
      return stopped;
    },
  };
}
