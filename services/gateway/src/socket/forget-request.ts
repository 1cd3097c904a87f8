import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'socket.io';

/**
 * The request of a handshake is not needed afterwards, and a connection that keeps it weighs a third more. Everything
 * that refers to it must let go: engine.io's socket, Socket.IO's handshake, and the response that engine.io made up.
 * @returns what to call with every new websocket; a polling client's requests go by themselves
 */
export function requestForgetter(io: Server): (socket: Socket) => void {
  const responses = new WeakMap<IncomingMessage, { req: unknown }>();
  io.engine.use((request: IncomingMessage, response: { req: unknown }, next: () => void) => {
    responses.set(request, response);
    next();
  });
  return (socket) => {
    if (socket.conn.transport.name !== 'websocket') return;
    const response = responses.get(socket.request);
    if (response !== undefined) response.req = null;
    (socket.conn as { request: unknown }).request = null;
    (socket as { handshake: unknown }).handshake = {};
    socket.data = {};
  };
}
