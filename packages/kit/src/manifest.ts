/**
 * What a service is to those that run it, said once in `services/<name>/manifest.ts`. Its configuration's defaults, the
 * bounds of its streams and the order in which services start are made from it; the compose file, the databases and
 * the Kubernetes objects are written by hand, and a test compares them with it. It is data: reading it starts nothing.
 */
import type { ServiceName } from '@fanfare/contracts/services';

export interface Manifest {
  readonly name: ServiceName;
  /** Whether it serves RPCs, so that others may call it. */
  readonly rpc: boolean;
  /** Services whose RPCs it calls. `all`: every one that serves any, as the public's way to them does. */
  readonly calls: readonly ServiceName[] | 'all';
  /** Present when it owns a database. */
  readonly database?: DatabaseNeeds;
  /** Whether it needs Redis. */
  readonly redis?: boolean;
  /** What it announces on its own stream, `EVT_<NAME>`; that keeps as many bytes as this takes in a week. */
  readonly publishes?: Traffic;
  /** What it emits to sockets on the edge's stream, which keeps as many bytes as this takes in ten minutes. */
  readonly edge?: Traffic;
  /** Present when the public reaches it. */
  readonly http?: { readonly port: number };
  /** Names of variables that have no value here: an operator's secrets. */
  readonly secrets?: readonly string[];
  /** Copies in a cluster: as many as there always are, and as many as load may make of them. */
  readonly replicas: { readonly least: number; readonly most: number };
  /** What one copy is promised, and more than which it does not get. */
  readonly resources: { readonly requests: Resources; readonly limits: Resources };
  /** Seconds that it may take to leave, where the usual 10 are too few. */
  readonly shutdownSeconds?: number;
  /** File descriptors that one copy needs, where the usual 1024 are too few. */
  readonly openFiles?: number;
  /** For Node itself, before everything else on its command line. */
  readonly nodeFlags?: readonly string[];
}

export interface DatabaseNeeds {
  /** Connections of one copy for queries. Its relay has one more, beside whatever it opens itself. */
  readonly poolSize: number;
}

/** An average over all the time for which messages are kept; at peaks they are kept for shorter. */
export interface Traffic {
  /** Messages a second. */
  readonly perSecond: number;
  /** Bytes of one as the stream stores it: with subject and headers, which are some 450 of an event's. */
  readonly bytes: number;
}

/** Quantities as Kubernetes writes them: `500m` is half a core, `256Mi` are 2^28 bytes. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
}

/** A service that answers RPCs from a database of its own and announces what it has done. */
export interface BackendManifest extends Manifest {
  readonly rpc: true;
  readonly calls: readonly ServiceName[];
  readonly database: DatabaseNeeds;
  readonly publishes: Traffic;
}

/** How long events stay on the bus, if their number is what the manifest says. */
export const EVENT_DAYS = 7;
/** How long what was emitted to sockets can be had again, if its number is what the manifest says. */
export const EDGE_HISTORY_SECONDS = 600;

/**
 * The stream of a producer that is no service here, or not yet, made by the first who consumes it: a week of six events
 * a second of 600 bytes.
 */
export const EXPECTED_STREAM_BYTES = 2 ** 31;

/** Streams are given whole pieces of 64 MiB, so that no small change of a rate is a change of every stream. */
const PIECE = 2 ** 26;

const bytesFor = ({ perSecond, bytes }: Traffic, seconds: number): number =>
  Math.ceil((perSecond * bytes * seconds) / PIECE) * PIECE;

/** The bound of `EVT_<NAME>` in bytes. */
export const eventStreamBytes = (publishes: Traffic): number => bytesFor(publishes, EVENT_DAYS * 86_400);

/** The bound of the edge's stream in bytes. */
export const edgeStreamBytes = (edge: Traffic): number => bytesFor(edge, EDGE_HISTORY_SECONDS);
