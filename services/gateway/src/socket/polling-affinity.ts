/**
 * Long-polling is many requests, and all of them must reach the gateway that holds the session. Behind a balancer that
 * spreads them Socket.IO answers `Session ID unknown`, upon which its clients begin again, about once a second, for ever.
 * So a gateway that is asked for another one's session asks that one:
 *
 *   it holds it, and the session has only begun   the balancer is at fault: both refuse the client, in the words of
 *                                                  Socket.IO's own refusal, after which clients do not come back
 *   it does not, or has gone, or is stopping      400 as ever: the client begins again, and may well succeed
 *   the session has gone on for a while           likewise: its requests did find their way until now
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Logger } from '@fanfare/kit';
import type { Server } from 'socket.io';
import type { EdgeConnection } from '../edge/connection.ts';
import { closingOf } from './close-codes.ts';
import { newHolder, newSessionId, parseSessionId } from './session-id.ts';

export interface PollingAffinityOptions {
  readonly io: Server;
  readonly connection: EdgeConnection;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isDraining: () => boolean;
  /** Told of each client that is refused here. */
  readonly onRefused: () => void;
}

/** A client that is spread over gateways fails within its first few requests. */
const BEGINNING_MS = 10_000;
const ANSWER_MS = 1000;
/** How long a refused client may take to fetch its refusal. */
const GOODBYE_MS = 1000;

const TEXT =
  'Long-polling needs sticky sessions: the balancer sends requests of one client to several gateways. ' +
  "Make it keep a client at one of them, or connect with transports: ['websocket'].";

/** Socket.IO's CONNECT_ERROR in a message of engine.io: what `connect_error` is made of. */
const REFUSAL = `4${JSON.stringify({ message: TEXT, data: closingOf('POLLING_WITHOUT_AFFINITY', 0) })}`;
const MESSAGE = '4';

const subjectOf = (holder: string): string => `edge.polling.${holder}`;

type PollingRequest = IncomingMessage & { readonly _query: { readonly sid?: string; readonly transport?: string } };

/** What we use of engine.io's socket. */
interface Held {
  readonly transport: { readonly name: string };
  readonly write: (packet: string) => void;
  readonly close: (discard?: boolean) => void;
}

export function pollingAffinity({ io, connection, clock, log, isDraining, onRefused }: PollingAffinityOptions): void {
  const holder = newHolder();
  const { clients } = io.engine as unknown as { readonly clients: Readonly<Record<string, Held>> };
  const now = (): number => clock.now().getTime();
  io.engine.generateId = () => newSessionId({ holder, began: now() });

  /** Another gateway was sent a request of this session. @returns whether the client is refused for it */
  function giveUp(sid: string): boolean {
    const held = Object.hasOwn(clients, sid) ? clients[sid] : undefined;
    const began = parseSessionId(sid)?.began ?? 0;
    if (held?.transport.name !== 'polling' || isDraining() || now() - began > BEGINNING_MS) return false;
    held.write(REFUSAL);
    held.close();
    setTimeout(() => held.close(true), GOODBYE_MS).unref();
    return true;
  }

  connection.onGeneration(async ({ connection: nats }) => {
    nats.subscribe(subjectOf(holder), {
      callback: (error, message) => {
        if (error === null) message.respond(giveUp(message.string()) ? 'misrouted' : 'unknown');
      },
    });
  });

  async function isMisrouted(other: string, sid: string): Promise<boolean> {
    const nats = connection.current()?.connection;
    if (nats === undefined) return false;
    try {
      return (await nats.request(subjectOf(other), sid, { timeout: ANSWER_MS })).string() === 'misrouted';
    } catch (error) {
      // It has gone, most likely, and its sessions with it.
      log.debug({ err: error }, 'nobody holds a session');
      return false;
    }
  }

  io.engine.use(async (request: PollingRequest, response: ServerResponse, next: () => void) => {
    const { sid = '', transport } = request._query;
    const other = transport === 'polling' ? parseSessionId(sid)?.holder : undefined;
    if (other === undefined || other === holder || !(await isMisrouted(other, sid))) return next();
    onRefused();
    request.resume();
    // A refused POST would make the client begin again before it has read its refusal.
    const body = request.method === 'GET' ? MESSAGE + REFUSAL : 'ok';
    // Not chained: of an upgrade the response is engine.io's own, whose writeHead returns nothing.
    response.writeHead(200, { 'content-type': 'text/plain; charset=UTF-8' });
    response.end(body);
  });
}
