/** The gateway's way to the services: one typed client each, balanced over the service's replicas. */
import { addressVariable, type ServiceName } from '@fanfare/contracts/services';
import { type Definition, type RpcClient, rpcClient, type TlsFiles } from '@fanfare/kit';

/** The contracts of services by the services' names. */
export type Definitions = { readonly [N in ServiceName]?: Definition };

export type ClientsOf<D extends Definitions> = { readonly [N in keyof D]: RpcClient<NonNullable<D[N]>> };

/** Where each service is, by the variable that says so: `ROOMS_RPC_URL`. */
export type Addresses = Readonly<Record<`${string}_RPC_URL`, string>>;

/**
 * Opens nothing yet: a channel connects at its first call, and finds a service that comes later. Each client is a part
 * of the service's lifecycle, so that its channel is closed after everything that calls it.
 */
export function openClients<D extends Definitions>(
  definitions: D,
  addresses: Addresses,
  tls: TlsFiles | null,
): ClientsOf<D> {
  const clients = Object.entries(definitions).map(([name, definition]) => {
    const address = addresses[addressVariable(name) as keyof Addresses];
    if (address === undefined) throw new Error(`nothing says where ${name} is`);
    return [name, rpcClient(definition, { name, address, tls })];
  });
  return Object.fromEntries(clients) as ClientsOf<D>;
}
