/** Clients of the services that a service calls, by their names. */
import { addressVariable } from '@fanfare/contracts/services';
import { type Definition, type Part, type RpcClient, rpcClient, type TlsFiles } from '@fanfare/kit';

export interface Peer {
  readonly contract: Definition;
  /** Methods that the client must not send again by itself. */
  readonly once?: readonly string[];
}

export type Peers = Readonly<Record<string, Peer>>;

export type PeerCalls<Called extends Peers> = {
  readonly [Name in keyof Called]: RpcClient<Called[Name]['contract']>['call'];
};

/** A client for each; none connects before its first call. */
export function connect<Called extends Peers>(
  called: Called,
  config: object,
  tls: TlsFiles | null,
): { readonly clients: readonly Part[]; readonly peers: PeerCalls<Called> } {
  const variables = new Map<string, unknown>(Object.entries(config));
  const clients = Object.entries(called).map(([name, { contract, once = [] }]) => {
    const address = variables.get(addressVariable(name));
    if (typeof address !== 'string') throw new Error(`the configuration does not say where ${name} is`);
    return [name, rpcClient(contract, { name, address, tls, once })] as const;
  });
  return {
    clients: clients.map(([, client]) => client),
    peers: Object.fromEntries(clients.map(([name, client]) => [name, client.call])) as PeerCalls<Called>,
  };
}
