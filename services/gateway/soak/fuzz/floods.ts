/**
 * Clients that send as fast as they can, each kind for a while, at a gateway with its usual limits. It must cut them off,
 * and those who behave must get everything meanwhile.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Fleet } from '../../test/gateway-fleet.ts';
import { type BystanderReport, standBy } from './bystanders.ts';
import { openRaw, type RawSocket } from './raw-socket.ts';
import { openSession } from './session.ts';
import type { WatchedGateway } from './watched-gateway.ts';
import { clientFrame, OPCODE, textFrame } from './websocket-bytes.ts';

export interface FloodReport {
  readonly name: string;
  /** Messages, of all connections. */
  readonly sent: number;
  /** How often a connection was ended; the client then opened another. */
  readonly cutOff: number;
  /** What those who behave had to wait for a message, in ms. */
  readonly bystanders: BystanderReport;
}

interface Flood {
  readonly name: string;
  readonly frame: Buffer;
  /** Without CONNECT and a session. */
  readonly unconnected?: boolean;
  readonly reads?: boolean;
}

const FLOODS: readonly Flood[] = [
  { name: 'commands', frame: textFrame('421["room.explode"]') },
  { name: 'commands whose answers are not read', frame: textFrame('421["room.explode"]'), reads: false },
  { name: 'answers nobody asked for', frame: textFrame('431[]') },
  { name: 'messages of a megabyte', frame: textFrame(`42["x"${',0'.repeat(500_000)}]`) },
  { name: 'objects of 60 KB', frame: textFrame(`421["gift.send",{"recipientIds":[${'{},'.repeat(20_000)}{}]}]`) },
  { name: 'tokens', frame: textFrame('40{"token":"e30.e30.e30"}'), unconnected: true },
  { name: 'websocket pings', frame: clientFrame({ opcode: OPCODE.ping, payload: Buffer.alloc(125) }), reads: false },
  { name: 'empty parts', frame: clientFrame({ opcode: OPCODE.continuation, fin: false }) },
];

const CONNECTIONS = 4;
const ROOM = 9;
const BYSTANDERS = 10;
const STREAM_EVERY_MS = 10;
/** How much longer a flood goes on that has not been cut off. */
const PATIENCE_MS = 20_000;
/** What is written at once. */
const CHUNK_BYTES = 65_536;

/** @param token of whose sessions send */
export async function sendFloods(fleet: Fleet, gateway: WatchedGateway, token: string, eachMs: number) {
  const floods: FloodReport[] = [];
  for (const flood of FLOODS) {
    const crowd = await standBy(fleet, gateway.httpPort, ROOM, BYSTANDERS, STREAM_EVERY_MS);
    const until = performance.now() + eachMs;
    const senders = Array.from({ length: CONNECTIONS }, () => send(flood, gateway.httpPort, token, until));
    const outcomes = await Promise.allSettled(senders);
    const bystanders = await crowd.finish();
    const totals = { sent: 0, cutOff: 0 };
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      totals.sent += outcome.value.sent;
      totals.cutOff += outcome.value.cutOff;
    }
    floods.push({ name: flood.name, ...totals, bystanders });
  }
  return floods;
}

async function send(flood: Flood, port: number, token: string, until: number) {
  const perChunk = Math.ceil(CHUNK_BYTES / flood.frame.length);
  const chunk = Buffer.concat(Array<Buffer>(perChunk).fill(flood.frame));
  let sent = 0;
  let cutOff = 0;
  const isOver = (): boolean => performance.now() > until + (cutOff === 0 ? PATIENCE_MS : 0);
  while (!isOver()) {
    const raw = await open(flood, port, token);
    // Opens the message that the empty parts belong to.
    if (flood.name === 'empty parts') raw.write(clientFrame({ opcode: OPCODE.text, fin: false }));
    while (!raw.hasEnded() && !isOver()) {
      raw.write(chunk);
      sent += perChunk;
      await raw.drained();
      await turn();
    }
    if (raw.hasEnded()) cutOff += 1;
    raw.destroy();
    await raw.ended;
  }
  return { sent, cutOff };
}

async function open({ unconnected, reads }: Flood, port: number, token: string): Promise<RawSocket> {
  const raw = unconnected === true ? await openRaw(port, () => undefined) : (await openSession(port, token)).raw;
  if (reads === false) raw.pause();
  return raw;
}

/** What went wrong, in words. */
export const floodProblems = (floods: readonly FloodReport[]): readonly string[] =>
  floods.flatMap(({ name, cutOff, bystanders }) => [
    ...bystanders.problems.map((problem) => `flood of ${name}: ${problem}`),
    ...(cutOff === 0 ? [`a flood of ${name} was not cut off`] : []),
  ]);
