/**
 * The database of the ledger as its sessions meet it: one lock on the head, granted in an order that chance decides;
 * transactions that end with their session; timeouts; restarts. What a batch reads, it reads behind the lock, and what
 * it writes is committed as a whole or not at all.
 */
import type { AccountId } from '../src/ledger/accounts.ts';
import type { Folded } from '../src/ledger/fold.ts';
import type { AccountRow } from '../src/ledger/working-accounts.ts';
import type { BatchKeys, BatchRead, Head } from '../src/posting/batch-read.ts';
import type { LedgerSession } from '../src/posting/ledger-session.ts';
import { Connection, ConnectionLost, type Mishap } from './connection.ts';
import { answeredFrom, type Delivered, nothingDelivered } from './delivered.ts';
import { Backend, HeadLock } from './head-lock.ts';
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
  /** What the batch takes for the time, and what the database does. */
  readonly now: Date;
  readonly clock: Date;
  readonly journalIds: readonly string[];
}

const IDLE_IN_TRANSACTION_MS = 1000;
const CONNECT_MS = 2;
/** No server refuses the same batch for ever without a reason: one less than after which an engine looks for one. */
const MOST_REFUSALS = 4;

/** The transaction has failed and was not rolled back. */
const ABORTED = '25P02';

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** What an engine sends to have a batch posted in one round trip. */
interface Append {
  readonly head: Head;
  readonly next: Head;
  readonly folded: Folded;
  readonly journalIds: readonly string[];
}

export class LedgerServer {
  readonly #scheduler: Scheduler;
  readonly #tables: Tables;
  readonly #faults: Faults;
  /** Journal ids that the database will never take. */
  readonly #poison: ReadonlySet<string>;
  readonly #lock: HeadLock;
  /** How often each process was refused since it had something done. */
  readonly #refused = new Map<SimProcess, number>();
  readonly #sessions = new Map<Backend, Connection>();
  readonly reads: ReadRecord[] = [];
  readonly #delivered = new Map<SimProcess, Delivered>();
  up = true;

  constructor(scheduler: Scheduler, tables: Tables, faults: Faults, poison: ReadonlySet<string>) {
    this.#scheduler = scheduler;
    this.#lock = new HeadLock(scheduler);
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
    const ask = <T>(what: string, serve: (settle: Settle<T>, done: () => void) => void): Promise<T> =>
      connection.request<T>(what, this.#faults.mishap(), (settle) => backend.take((done) => serve(settle, done)));
    const delivered = this.#deliveredTo(process);
    let reader: Connection | null = null;
    return {
      read: async (keys) => {
        const read = await ask<BatchRead>('read', (settle, done) =>
          this.#read(backend, connection, keys, settle, done),
        );
        delivered.readId = backend.readId;
        return read;
      },
      write: (head, folded, next) =>
        ask<void>('write', (settle, done) => {
          this.#write(backend, process, { head, next, folded, journalIds: [] }, settle);
          done();
        }),
      append: async (head, next, folded, journalIds) => {
        const batch = { head, next, folded, journalIds };
        const { id, clock } = await ask<ReadRecord>('append', (settle, done) =>
          this.#append(backend, process, batch, settle, done),
        );
        delivered.ahead.push({ id, open: [...journalIds] });
        return clock;
      },
      peek: async (ids) => {
        reader ??= await this.#connectReader(process);
        const rows = reader.request('peek', this.#faults.mishap(), ({ resolve }) => resolve(this.#tables.peek(ids)));
        return (await rows.catch((error: unknown) => {
          reader?.drop();
          reader = null;
          throw error;
        })) as ReadonlyMap<AccountId, AccountRow>;
      },
      rollback: () =>
        ask<void>('rollback', ({ resolve }, done) => {
          if (backend.state === 'open') this.#refused.delete(process);
          this.#lock.end(backend);
          resolve();
          done();
        }),
      usable: () => connection.usable,
      drop: () => {
        connection.drop();
        reader?.drop();
        reader = null;
      },
      end: async () => connection.drop(),
    };
  }

  /** Which batch a process answers a command from. */
  answeredFrom(process: SimProcess, journalId: string): number | null {
    return answeredFrom(this.#deliveredTo(process), journalId);
  }

  #deliveredTo(process: SimProcess): Delivered {
    const delivered = this.#delivered.get(process) ?? nothingDelivered();
    this.#delivered.set(process, delivered);
    return delivered;
  }

  async #connectReader(process: SimProcess): Promise<Connection> {
    await this.#scheduler.delay(CONNECT_MS, 'reader connects', process);
    if (!this.up) throw new ConnectionLost('the database does not answer');
    return new Connection(this.#scheduler, process, 'reader', { onLost: () => {} });
  }

  /** Every session ends; what was committed stays. */
  restart(downMs: number): void {
    this.up = false;
    this.#lock.clear();
    for (const [backend, connection] of [...this.#sessions]) {
      connection.breakDown();
      connection.served = false;
      this.#forget(backend);
    }
    this.#scheduler.after(downMs, 'database is back', null, () => {
      this.up = true;
    });
  }

  /** A transaction that is no batch: takes the lock, stalls, and is committed or not. */
  alone(what: string, stallMs: number, commit: (() => void) | null): void {
    const backend = new Backend();
    const run = (): void => {
      this.#scheduler.after(stallMs, `${what} ${commit === null ? 'rolls back' : 'commits'}`, null, () => {
        if (backend.state !== 'open') return;
        commit?.();
        this.#lock.end(backend);
      });
    };
    this.#lock.lock(backend, run, () => this.#lock.end(backend));
  }

  #read(
    backend: Backend,
    { process, terminate }: Connection,
    keys: BatchKeys,
    { resolve, reject }: Settle<BatchRead>,
    done: () => void,
  ): void {
    const refuse = (code: string): void => {
      this.#lock.abort(backend);
      reject(databaseError(code, 'the read failed'));
      done();
      this.#timeOutIdle(backend, terminate);
    };
    const serve = (): void => {
      const code = this.#refusal(process);
      if (code !== null) {
        refuse(code);
        return;
      }
      const now = this.#scheduler.date();
      backend.readId = this.#record(process, now, keys.journalIds).id;
      resolve(this.#tables.read(keys, now));
      done();
      this.#timeOutIdle(backend, terminate);
    };
    if (backend.state === 'aborted') refuse(ABORTED);
    else this.#lock.lock(backend, serve, () => refuse('57014'));
  }

  #write(backend: Backend, process: SimProcess, batch: Append, { resolve, reject }: Settle<void>): void {
    backend.cancelTimer();
    try {
      if (backend.state !== 'open') throw databaseError(ABORTED, 'there is no transaction');
      this.#commit(process, backend.readId, batch);
      resolve();
    } catch (error) {
      reject(error instanceof Error ? error : new Error(String(error)));
    } finally {
      // The commit behind a failed statement ends its transaction too.
      this.#lock.end(backend);
    }
  }

  /** Begins, checks, writes and commits in one go. */
  #append(
    backend: Backend,
    process: SimProcess,
    batch: Append,
    { resolve, reject }: Settle<ReadRecord>,
    done: () => void,
  ): void {
    const { head, folded, journalIds } = batch;
    const over = (): void => {
      this.#lock.end(backend);
      done();
    };
    const post = (): void => {
      try {
        const clock = this.#scheduler.date();
        const refusedIds = journalIds.filter((_, index) => folded.verdicts[index]?.type !== 'accepted');
        this.#tables.insistOnSame(head, journalIds, refusedIds, clock);
        const record = this.#record(process, head.now, journalIds);
        this.#commit(process, record.id, batch);
        resolve(record);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      } finally {
        over();
      }
    };
    const refuse = (code: string): void => {
      reject(databaseError(code, 'nothing was appended'));
      over();
    };
    if (backend.state === 'aborted') refuse(ABORTED);
    else this.#lock.lock(backend, post, () => refuse('57014'));
  }

  /** @throws pg.DatabaseError: nothing has changed then */
  #commit(process: SimProcess, readId: number, { head, next, folded }: Append): void {
    const code = this.#refusal(process);
    if (code !== null) throw databaseError(code, 'the write failed');
    if (folded.journals.some(({ command }) => this.#poison.has(command.journalId)))
      throw databaseError('22003', 'poison');
    this.#tables.write(readId, head, next, folded);
    this.#refused.delete(process);
    this.#scheduler.note(`commit ${this.#tables.commits.length} of read ${readId}`);
  }

  #record(process: SimProcess, now: Date, journalIds: readonly string[]): ReadRecord {
    const { length: id } = this.reads;
    const clock = this.#scheduler.date();
    const record = { id, process, position: this.#tables.commits.length, now, clock, journalIds: [...journalIds] };
    this.reads.push(record);
    return record;
  }

  #refusal(process: SimProcess): string | null {
    const refused = this.#refused.get(process) ?? 0;
    const code = refused < MOST_REFUSALS ? this.#faults.refusal() : null;
    if (code !== null) this.#refused.set(process, refused + 1);
    return code;
  }

  #forget(backend: Backend): void {
    this.#sessions.delete(backend);
    backend.work = [];
    this.#lock.end(backend);
  }

  /** For the others' sake a session that holds the lock and says nothing is ended. */
  #timeOutIdle(backend: Backend, terminate: Connection['terminate']): void {
    backend.cancelTimer();
    backend.cancelTimer = this.#scheduler.after(IDLE_IN_TRANSACTION_MS, 'idle in transaction', null, () => {
      terminate(databaseError('25P03', 'idle in transaction'));
      this.#forget(backend);
    });
  }
}
