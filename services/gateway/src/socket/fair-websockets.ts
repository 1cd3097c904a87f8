import { type ServerOptions, WebSocketServer } from 'ws';

/**
 * Takes one message of a connection in a turn of the event loop. Otherwise a client that has filled its socket is heard
 * to the end, some thousand messages, before anybody else is.
 */
export class FairWebSocketServer extends WebSocketServer {
  constructor(options: ServerOptions) {
    super({ ...options, allowSynchronousEvents: false });
  }
}
