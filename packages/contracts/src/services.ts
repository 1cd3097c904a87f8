/** Every service there is. What each of them is, its `services/<name>/manifest.ts` says. */
export const services = [
  // One line a service, and only ever added at the end: the place decides the ports.
  'identity',
  'economy',
  'gifting',
  'rooms',
  'gateway',
] as const;

export type ServiceName = (typeof services)[number];

const FIRST_RPC_PORT = 7101;
const FIRST_OPS_PORT = 7201;

/** Where a service serves RPCs on a laptop, unless it is told otherwise. One that serves none has the port reserved. */
export const developmentRpcPort = (service: ServiceName): number => FIRST_RPC_PORT + services.indexOf(service);

/** Where a service answers its operators on a laptop, unless it is told otherwise. */
export const developmentOpsPort = (service: ServiceName): number => FIRST_OPS_PORT + services.indexOf(service);

/** Where a service's callers find its RPCs on a laptop: `127.0.0.1:7102`. */
export const developmentAddress = (service: ServiceName): string => `127.0.0.1:${developmentRpcPort(service)}`;

/** The variable by which callers are told where a service is: `ECONOMY_RPC_URL`. */
export const addressVariable = (service: string): string => `${service.toUpperCase()}_RPC_URL`;
