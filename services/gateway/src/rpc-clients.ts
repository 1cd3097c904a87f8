/** The gateway's way to the services: one typed client each, balanced over the service's replicas. */
import { EconomyServiceService } from '@fanfare/contracts/economy/v1/economy_service';
import { GiftingServiceService } from '@fanfare/contracts/gifting/v1/gifting_service';
import { IdentityServiceService } from '@fanfare/contracts/identity/v1/identity_service';
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { type RpcClient, rpcClient, type TlsFiles } from '@fanfare/kit';

export interface ClientAddresses {
  readonly IDENTITY_RPC_URL: string;
  readonly ECONOMY_RPC_URL: string;
  readonly GIFTING_RPC_URL: string;
  readonly ROOMS_RPC_URL: string;
  readonly tls: TlsFiles | null;
}

export interface Clients {
  readonly identity: RpcClient<typeof IdentityServiceService>;
  readonly economy: RpcClient<typeof EconomyServiceService>;
  readonly gifting: RpcClient<typeof GiftingServiceService>;
  readonly rooms: RpcClient<typeof RoomsServiceService>;
}

/**
 * Opens nothing yet: a channel connects at its first call, and finds a service that comes later. Each client is a part
 * of the service's lifecycle, so that its channel is closed after everything that calls it.
 */
export function openClients(addresses: ClientAddresses): Clients {
  const { tls } = addresses;
  return {
    identity: rpcClient(IdentityServiceService, {
      name: 'identity',
      address: addresses.IDENTITY_RPC_URL,
      tls,
      // A second Register meets the first one's username, and a second Refresh looks like a stolen token.
      once: ['register', 'login', 'refresh', 'rotateKey'],
    }),
    economy: rpcClient(EconomyServiceService, { name: 'economy', address: addresses.ECONOMY_RPC_URL, tls }),
    gifting: rpcClient(GiftingServiceService, {
      name: 'gifting',
      address: addresses.GIFTING_RPC_URL,
      tls,
      once: ['createGift'],
    }),
    rooms: rpcClient(RoomsServiceService, {
      name: 'rooms',
      address: addresses.ROOMS_RPC_URL,
      tls,
      // A repeat of one that was carried out would be refused with ROOM_LIMIT_REACHED.
      once: ['createRoom'],
    }),
  };
}
