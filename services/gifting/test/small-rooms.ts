/** A rooms service, over real gRPC, that knows one verdict per room: what is not refused may be sent. */
import { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { commonErrors, createMetrics, type Handlers, rpcServer, silentLogger } from '@fanfare/kit';

export async function startSmallRooms() {
  const refusals = new Map<bigint, string>();
  let checks = 0;
  const unused = (): never => {
    throw commonErrors.INTERNAL();
  };
  const handlers: Handlers<typeof RoomsServiceService> = {
    checkGifts: async (request) => {
      checks += request.checks.length;
      return { verdicts: request.checks.map(({ roomId }) => ({ reason: refusals.get(roomId) ?? '', metadata: {} })) };
    },
    createRoom: unused,
    getRoom: unused,
    listRooms: unused,
    closeRoom: unused,
    blockUser: unused,
    unblockUser: unused,
    joinRoom: unused,
    refreshRoomToken: unused,
    validateRoomToken: unused,
    leaveRoom: unused,
    listParticipants: unused,
    sendChat: unused,
    getSnapshot: unused,
    getUserRooms: unused,
  };
  const server = rpcServer(RoomsServiceService, handlers, {
    service: 'rooms',
    host: '127.0.0.1',
    port: 0,
    tls: null,
    log: silentLogger,
    metrics: createMetrics('rooms'),
  });
  await server.start?.();
  return {
    address: `127.0.0.1:${server.port()}`,
    refuse: (roomId: bigint, reason: string) => refusals.set(roomId, reason),
    checked: () => checks,
    stop: async () => server.stop?.(),
  };
}
