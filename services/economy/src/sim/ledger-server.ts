/**
 * The database of the ledger as its sessions meet it: one lock on the head, granted in an order that chance decides;
 * transactions that end with their session; timeouts; restarts. What a batch reads, it reads behind the lock, and what
 * it writes is committed as a whole or not at all.
 */
import type { BatchKeys, BatchRead, Head } from '../batch-read.ts';
import type { Folded } from '../fold.ts';
import type { LedgerSession } from '../ledger-session.ts';
import { Connection, ConnectionLost, type Mishap } from './connection.ts';
import type { Scheduler, SimProcess } from './scheduler.ts';
import { databaseError, type Tables } from './tables.ts';

/** What goes wrong with a request, or how the server refuses it. Decided anew for each. */
export interface Faults {
  readonly mishap: () => Mishap | null;
  /** The code of an error that hits a statement, or null. */
  readonly refusal: () => string | null;
}

/** A batch that was read behind the lock. */
export interface ReadRecord {
  readonly id: number;
  readonly process: SimProcess;
  /** How many transactions were committed before it. */
  readonly position: number;
  readonly now: Date;
  readonly journalIds: readonly string[];
}

const IDLE_IN_TRANSACTION_MS = 1000;
const STATEMENT_TIMEOUT_MS = 5000;
const CONNECT_MS = 2;
/** No server refuses the same batch for ever without a reason: one less than after which an engine looks for one. */
const MOST_REFUSALS = 4;

type Granted = () => void;

/** A session at the server. */
class Backend {
  state: 'idle' | 'waiting' | 'open' | 'aborted' = 'idle';
  readId = 0;
  granted: Granted | null = null;
  cancelTimer = (): void => {};
}

export class LedgerServer {
  readonly #scheduler: Scheduler;
  readonly #tables: Tables;
  readonly #faults: Faults;
  /** Journal ids that the database will never take. */
  readonly #poison: ReadonlySet<string>;
  #holder: Backend | null = null;
  #waiting: Backend[] = [];
  /** How often each process was refused since it had something done. */
  readonly #refused = new Map<SimProcess, number>();
  readonly #sessions = new Map<Backend, Connection>();
  readonly reads: ReadRecord[] = [];
  /** The read that each process folds from at the moment. */
  readonly delivered = new Map<SimProcess, number>();
  up = true;

  constructor(scheduler: Scheduler, tables: Tables, faults: Faults, poison: ReadonlySet<string>) {
    this.#scheduler = scheduler;
    this.#tables = tables;
    this.#faults = faults;
    this.#poison = poison;
  }

  async connect(process: SimProcess): Promise<LedgerSession> {
    await this.#scheduler.delay(CONNECT_MS, 'ledger connects', process);
    if (!this.up) throw new ConnectionLost('the database does not answer');
    const backend = new Backend();
    const connection = new Connection(this.#scheduler, process, 'ledger', { onLost: () => this.#forget(backend) });
    this.#sessions.set(backend, connection);
    return {
      read: async (keys) => {
        const read = await connection.request<BatchRead>('read', this.#faults.mishap(), (settle) =>
          this.#read(backend, connection, keys, settle),
        );
        this.delivered.set(process, backend.readId);
        return read;
      },
      write: (head, folded) =>
        connection.request<void>('write', this.#faults.mishap(), (settle) =>
          this.#write(backend, process, head, folded, settle),
        ),
      rollback: () =>
        connection.request<void>('rollback', this.#faults.mishap(), ({ resolve }) => {
          if (backend.state === 'open') this.#refused.delete(process);
          this.#end(backend);
          resolve();
        }),
      usable: () => connection.usable,
      drop: () => connection.drop(),
      end: async () => connection.drop(),
    };
  }

  /** Every session ends; what was committed stays. */
  restart(downMs: number): void {
    this.up = false;
    this.#waiting = [];
    for (const [backend, connection] of [...this.#sessions]) {
      connection.breakDown();
      connection.served = false;
      this.#forget(backend);
    }
    if (this.#holder !== null) this.#end(this.#holder);
    this.#scheduler.after(downMs, 'database is back', null, () => {
      this.up = true;
    });
  }

  /** A transaction that is no batch: takes the lock, stalls, and is committed or not. */
  alone(what: string, stallMs: number, commit: (() => void) | null): void {
    const backend = new Backend();
    this.#lock(backend, () => {
      backend.cancelTimer();
      this.#scheduler.after(stallMs, `${what} ${commit === null ? 'rolls back' : 'commits'}`, null, () => {
        if (backend.state !== 'open') return;
        commit?.();
        this.#end(backend);
      });
    });
  }

  #read(
    backend: Backend,
    connection: Connection,
    keys: BatchKeys,
    { resolve, reject }: { resolve: (read: BatchRead) => void; reject: (error: Error) => void },
  ): void {
    const refuse = (code: string): void => {
      this.#abort(backend);
      reject(databaseError(code, 'the read failed'));
    };
    this.#lock(backend, () => {
      const code = this.#refusal(connection.process);
      if (code !== null) return refuse(code);
      const now = this.#scheduler.date();
      backend.readId = this.reads.length;
      this.reads.push({
        id: backend.readId,
        process: connection.process,
        position: this.#tables.commits.length,
        now,
        journalIds: [...keys.journalIds],
      });
      resolve(this.#tables.read(keys, now));
      this.#timeOutIdle(backend, connection);
    });
    if (backend.state !== 'waiting') return;
    backend.cancelTimer = this.#scheduler.after(STATEMENT_TIMEOUT_MS, 'statement timeout', null, () => {
      if (backend.state === 'waiting') refuse('57014');
    });
  }

  #write(
    backend: Backend,
    process: SimProcess,
    head: Head,
    folded: Folded,
    { resolve, reject }: { resolve: () => void; reject: (error: Error) => void },
  ): void {
    backend.cancelTimer();
    const code = backend.state === 'open' ? this.#refusal(process) : '25P02';
    try {
      if (code !== null) throw databaseError(code, 'the write failed');
      if (folded.journals.some(({ command }) => this.#poison.has(command.journalId))) {
        throw databaseError('22003', 'poison');
      }
      this.#tables.write(backend.readId, head, folded);
      this.#refused.delete(process);
      this.#scheduler.note(`commit ${this.#tables.commits.length} of read ${backend.readId}`);
      resolve();
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      // The commit behind a failed statement ends its transaction too.
      this.#end(backend);
    }
  }

  #refusal(process: SimProcess): string | null {
    const refused = this.#refused.get(process) ?? 0;
    const code = refused < MOST_REFUSALS ? this.#faults.refusal() : null;
    if (code !== null) this.#refused.set(process, refused + 1);
    return code;
  }

  #lock(backend: Backend, granted: Granted): void {
    backend.granted = granted;
    backend.state = 'waiting';
    this.#waiting.push(backend);
    this.#grant();
  }

  #grant(): void {
    if (this.#holder !== null || this.#waiting.length === 0) return;
    // Waiters for a row's lock are mostly served in order, but nothing promises it.
    const { chance } = this.#scheduler;
    const next = chance.happens(0.8) ? this.#waiting[0] : chance.pick(this.#waiting);
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((each) => each !== next);
    this.#holder = next;
    next.cancelTimer();
    next.state = 'open';
    next.granted?.();
  }

  /** A statement failed: the transaction keeps its lock until it is rolled back. */
  #abort(backend: Backend): void {
    this.#waiting = this.#waiting.filter((each) => each !== backend);
    backend.state = 'aborted';
  }

  #end(backend: Backend): void {
    backend.cancelTimer();
    this.#waiting = this.#waiting.filter((each) => each !== backend);
    backend.state = 'idle';
    if (this.#holder !== backend) return;
    this.#holder = null;
    this.#grant();
  }

  #forget(backend: Backend): void {
    this.#sessions.delete(backend);
    this.#end(backend);
  }

  /** For the others' sake a session that holds the lock and says nothing is ended. */
  #timeOutIdle(backend: Backend, connection: Connection): void {
    backend.cancelTimer = this.#scheduler.after(IDLE_IN_TRANSACTION_MS, 'idle in transaction', null, () => {
      connection.terminate(databaseError('25P03', 'idle in transaction'));
      this.#forget(backend);
    });
  }
}
