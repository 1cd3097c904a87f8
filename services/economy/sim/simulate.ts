/**
 * The economy, simulated: real engines (queue, batches, fold, retries) and real outbox relays in a few replicas, over a
 * database and a stream in memory, while everything goes wrong that a seed decides. Time is virtual and everything
 * follows from the seed, so a failing one can be run again and again. Afterwards a small model of a ledger judges.
 */
import type { LedgerCommand } from '../src/ledger/command.ts';
import { intentText } from '../src/ledger/intent.ts';
import { Clients } from './clients.ts';
import { EventStream } from './event-stream.ts';
import { drawRates, type Storm, storm, strikeRepeatedly, type Targets } from './faults.ts';
import { type Answered, judgeLedger } from './judge.ts';
import { LedgerServer } from './ledger-server.ts';
import { judgeOutbox } from './outbox-judge.ts';
import { OutboxServer } from './outbox-server.ts';
import { Replica, type Surroundings } from './replica.ts';
import { Scheduler } from './scheduler.ts';
import { type OutboxEvent, Tables } from './tables.ts';
import { type Wish, Workload } from './workload.ts';

export interface SimResult {
  readonly ok: boolean;
  readonly seed: number;
  /** Of the whole trace: two runs of a seed have the same. */
  readonly traceHash: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly commands: number;
  readonly journals: number;
  readonly refusals: number;
  readonly events: number;
  /** What is wrong; empty when all is well. */
  readonly problems: readonly string[];
  /** The last steps, of a run with problems. */
  readonly tail: readonly string[];
}

/** Alone a replica mostly posts ahead; together they are in each other's way. */
const REPLICAS = [1, 2, 3];
/** Few clients make small batches, many make large ones. */
const CLIENTS = [2, 4, 12, 36];
const WISHES = 72;
/** So small that it is full now and then, or not. */
const QUEUE_SIZES = [12, 256];
/** Longer than all timeouts together: what is not over then never will be. */
const STORM_DEADLINE_MS = 600_000;
const CALM_MS = 120_000;
/** Whatever was still on its way has arrived by then. */
const AFTERMATH_MS = 3000;

/**
 * Runs one seed, on this thread, without a server, a file or a timer. Never rejects for what it finds.
 * @param onStep is told every line of the trace
 */
export async function simulate(seed: number, onStep?: (line: string) => void): Promise<SimResult> {
  const world = new World(seed, onStep);
  const problems = await world.run();
  const { scheduler, tables } = world;
  return {
    ok: problems.length === 0,
    seed,
    traceHash: scheduler.hash(),
    steps: scheduler.steps,
    virtualMs: Math.round(scheduler.now),
    commands: world.commands,
    journals: tables.journals.size,
    refusals: tables.refusals.size,
    events: world.announced.length,
    problems,
    tail: problems.length === 0 ? [] : [...scheduler.tail()],
  };
}

class World {
  readonly scheduler: Scheduler;
  readonly tables: Tables;
  readonly announced: OutboxEvent[] = [];
  readonly #storm: Storm;
  readonly #outbox: OutboxServer;
  readonly #ledger: LedgerServer;
  readonly #stream: EventStream;
  readonly #workload: Workload;
  readonly #clients: Clients;
  readonly #answers = new Map<number, Answered[]>();
  readonly #dropped = new Set<LedgerCommand>();
  readonly #poison = new Set<string>();
  readonly #sent = new Map<string, LedgerCommand>();
  readonly #queueSize: number;
  #replicas: Replica[] = [];
  #births = 0;
  #notices = 0;
  readonly #failures: string[] = [];

  constructor(seed: number, onStep?: (line: string) => void) {
    this.scheduler = new Scheduler(seed, onStep);
    const { scheduler } = this;
    const rates = drawRates(scheduler);
    this.#storm = storm(scheduler, rates);
    this.#stream = new EventStream(scheduler, this.#storm);
    this.#outbox = new OutboxServer(scheduler, this.#storm.mishap('outbox'), (seq, id) => this.#stream.hadAt(seq, id));
    this.tables = new Tables((events) => {
      this.announced.push(...events);
      this.#outbox.announce(events);
    });
    const faults = { mishap: this.#storm.mishap('ledger'), refusal: this.#storm.refusal };
    this.#ledger = new LedgerServer(scheduler, this.tables, faults, this.#poison);
    this.#workload = new Workload(scheduler.chance, () => scheduler.date());
    this.#queueSize = scheduler.chance.pick(QUEUE_SIZES);
    for (let missing = scheduler.chance.pick(REPLICAS); missing > 0; missing -= 1) this.#bear();
    const clients = scheduler.chance.pick(CLIENTS);
    this.#clients = new Clients({
      scheduler,
      workload: this.#workload,
      replicas: () => this.#replicas,
      poison: this.#poison,
      clients,
      wishesEach: Math.ceil(WISHES / clients),
      lossRate: this.#storm.clients,
      onWish: (wish) => this.#know(wish),
    });
    this.#unwaited(this.#clients.start());
    this.#unwaited(strikeRepeatedly(this.#targets(), this.#storm, rates));
  }

  get commands(): number {
    return this.#clients.settled;
  }

  /** @returns what is wrong */
  async run(): Promise<readonly string[]> {
    const { scheduler } = this;
    const stormy = await scheduler.runUntil(() => this.#clients.open === 0, STORM_DEADLINE_MS);
    this.#calm();
    for (const replica of this.#replicas) this.#unwaited(this.#clients.askOnce(replica));
    const published = (): boolean => this.#stream.published.length === this.announced.length;
    const over = (): boolean => this.#clients.open === 0 && this.#outbox.backlog === 0 && published();
    const settled = await scheduler.runUntil(over, scheduler.now + CALM_MS);
    const later = scheduler.now + AFTERMATH_MS;
    await scheduler.runUntil(() => scheduler.now >= later, Number.POSITIVE_INFINITY);
    const { tables } = this;
    const commandOf = (journalId: string, intent: string) => this.#sent.get(`${journalId} ${intent}`);
    const evidence = {
      tables,
      reads: this.#ledger.reads,
      answers: this.#answers,
      dropped: this.#dropped,
      poison: this.#poison,
      commandOf,
    };
    return [
      ...(stormy && settled ? [] : [`${this.#clients.open} clients still wait, ${this.#outbox.backlog} events too`]),
      ...this.#clients.problems,
      ...this.#failures,
      ...judgeLedger(evidence),
      ...judgeOutbox(tables, this.announced, this.#outbox, this.#stream),
    ];
  }

  /** Nothing goes wrong any more, and who is gone or stands still is back. */
  #calm(): void {
    this.scheduler.note('calm');
    this.#storm.calm();
    for (const { process } of this.#replicas) this.scheduler.thaw(process);
    if (this.#replicas.length === 0) this.#bear();
  }

  #know(wish: Wish): void {
    for (const command of wish.commands) this.#sent.set(`${wish.journalId} ${intentText(command.intent)}`, command);
    if (this.scheduler.chance.happens(0.01)) this.#poison.add(wish.journalId);
  }

  #bear(): void {
    this.#births += 1;
    const around: Surroundings = {
      scheduler: this.scheduler,
      ledger: this.#ledger,
      outbox: this.#outbox,
      stream: this.#stream,
      queueSize: this.#queueSize,
      ringOthers: (from) => this.#ringOthers(from),
      dropped: (command) => this.#dropped.add(command),
      answered: (readId, command, verdict) => {
        const answers = this.#answers.get(readId) ?? [];
        this.#answers.set(readId, answers);
        answers.push({ command, verdict });
      },
    };
    const replica = new Replica(`economy-${this.#births}`, around);
    this.#replicas.push(replica);
    this.#unwaited(replica.start());
  }

  #ringOthers(from: Replica): void {
    if (!from.link.connected()) return;
    for (const other of this.#replicas) {
      if (other === from) continue;
      const ring = (): void => {
        if (other.link.connected()) other.bell.ring();
      };
      this.scheduler.after(0.4, 'wake', other.process, ring);
    }
  }

  #targets(): Targets {
    const { scheduler } = this;
    return {
      scheduler,
      replicas: () => this.#replicas,
      crash: (replica) => {
        scheduler.note(`kill ${replica.process.name}`);
        replica.crash();
        this.#replicas = this.#replicas.filter((each) => each !== replica);
        scheduler.after(scheduler.chance.between(20, 2000), 'a replica starts', null, () => this.#bear());
      },
      restartDatabase: (downMs) => {
        scheduler.note('the database restarts');
        this.#ledger.restart(downMs);
        this.#outbox.restart(downMs);
      },
      restartStream: (downMs, files) => {
        scheduler.note(`NATS restarts, files ${files}`);
        this.#stream.restart(downMs, files);
      },
      cutStream: (replica) => this.#stream.cut(replica.link),
      copyStream: () => this.#stream.copy(),
      purgeStream: () => this.#stream.purge((id) => this.#outbox.isNoted(id)),
      freezeAccount: (stallMs) => {
        const account = this.#workload.someAccount();
        const frozen = !(this.tables.accounts.get(account)?.frozen ?? false) && scheduler.chance.happens(0.5);
        this.#ledger.alone('freezing an account', stallMs, () => this.tables.freeze(account, frozen));
      },
      notify: (stallMs, commits) => {
        this.#notices += 1;
        const event = {
          messageId: `notice-${this.#notices}`,
          subject: 'evt.economy.points.merged.v1',
          headers: '{}',
          payload: '{}',
        };
        this.#ledger.alone('a notice', stallMs, commits ? () => this.tables.notify(event) : null);
      },
    };
  }

  /** Nobody waits for what runs as long as the world does; if it fails, that is a finding. */
  #unwaited(work: Promise<void>): void {
    work.catch((error: unknown) => this.#failures.push(`failed: ${String(error)}`));
  }
}
