import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'socket.io';

/** The response that engine.io makes up for an upgrade, so that middlewares have one. */
interface MadeUpResponse {
  req: unknown;
}

type Listener = (...args: unknown[]) => void;

/**
 * The request of a handshake is not needed afterwards, and it is a good part of what a connection weighs. Everything
 * that refers to it must let go: engine.io's socket, Socket.IO's handshake, and the response that engine.io made up,
 * which a listener of its own keeps alive. So do Socket.IO's rooms, of which every socket begins in one: ours are the
 * edge's channels.
 * @returns what to call with every new websocket; a polling client's requests go by themselves
 */
export function requestForgetter(io: Server): (socket: Socket) => void {
  const madeUp = new WeakMap<IncomingMessage, { readonly response: MadeUpResponse; readonly onClose: Listener }>();
  io.engine.use((request: IncomingMessage, response: MadeUpResponse, next: () => void) => {
    // Its constructor has just added this one.
    const onClose = request.socket.rawListeners('close').at(-1);
    if (onClose !== undefined) madeUp.set(request, { response, onClose: onClose as Listener });
    next();
  });
  return (socket) => {
    void socket.nsp.adapter.delAll(socket.id);
    if (socket.conn.transport.name !== 'websocket') return;
    const { request } = socket;
    const made = madeUp.get(request);
    if (made !== undefined && isMadeUp(made.response)) {
      made.response.req = null;
      request.socket.off('close', made.onClose);
    }
    (socket.conn as { request: unknown }).request = null;
    (socket as { handshake: unknown }).handshake = {};
    socket.data = {};
  };
}

const isMadeUp = (response: object): boolean => response.constructor.name === 'WebSocketResponse';
