/** One copy of the economy service: the real engine and the real relay, in a process that can be killed and frozen. */
import { silentLogger } from '@fanfare/kit';
import { type Doorbell, type Relay, relayMetrics, relayOver } from '@fanfare/messaging/relay-loop';
import { Registry } from 'prom-client';
import type { LedgerCommand, Verdict } from '../src/ledger/command.ts';
import { createEngine, type Engine } from '../src/posting/engine.ts';
import type { BusLink, EventStream } from './event-stream.ts';
import type { LedgerServer } from './ledger-server.ts';
import type { OutboxServer } from './outbox-server.ts';
import { type Scheduler, SimProcess } from './scheduler.ts';

/** What replicas share. */
export interface Surroundings {
  readonly scheduler: Scheduler;
  readonly ledger: LedgerServer;
  readonly outbox: OutboxServer;
  readonly stream: EventStream;
  readonly queueSize: number;
  /** Rings the relays of all other replicas. */
  readonly ringOthers: (from: Replica) => void;
  /** Hears every verdict as the engine gives it, whether or not its caller ever does. */
  /** Hears of every command of which an engine says that nothing came of it. */
  readonly dropped: (command: LedgerCommand) => void;
  readonly answered: (readId: number, command: LedgerCommand, verdict: Verdict) => void;
}

export class Replica {
  readonly process: SimProcess;
  readonly #around: Surroundings;
  readonly #engine: Engine;
  readonly #relay: Relay;
  readonly link: BusLink;
  readonly bell: Doorbell;
  /** Callers that are told when it dies. */
  readonly #callers = new Set<(error: Error) => void>();

  constructor(name: string, around: Surroundings) {
    this.process = new SimProcess(name);
    this.#around = around;
    const { scheduler, ledger, outbox, stream } = around;
    const { process } = this;
    this.link = stream.link(process);
    this.bell = this.#doorbell();
    this.#relay = relayOver({
      bus: this.link,
      log: silentLogger,
      stream: stream.outbox(this.link),
      metrics: relayMetrics(new Registry()),
      bell: this.bell,
      clock: { monotonic: () => scheduler.now },
      openSession: () => outbox.connect(process),
    });
    this.#engine = createEngine({
      connect: () => ledger.connect(process),
      queueSize: around.queueSize,
      log: silentLogger,
      metrics: new Registry(),
      onPosted: this.#relay.wake,
      timing: {
        monotonic: () => scheduler.monotonic(),
        delay: (ms) => scheduler.delay(ms, 'engine pauses', process),
        after: (ms, run) => scheduler.after(ms, 'engine loses patience', process, run),
        random: scheduler.chance.next,
      },
    });
  }

  async start(): Promise<void> {
    await this.#relay.start?.();
  }

  /** One RPC. Rejects when the replica dies meanwhile; never answers when it is frozen for good. */
  call(command: LedgerCommand, waitMs: number): Promise<Verdict> {
    return new Promise((resolve, reject) => {
      if (!this.process.alive) return reject(new Error('connection refused'));
      this.#callers.add(reject);
      this.#post(command, waitMs)
        .then(resolve, reject)
        .finally(() => this.#callers.delete(reject));
    });
  }

  async #post(command: LedgerCommand, waitMs: number): Promise<Verdict> {
    const { ledger, answered, dropped } = this.#around;
    // An object of its own, by which this call can be told from repeats of it.
    const own = { ...command };
    const verdict = await this.#engine.post(own, waitMs);
    if (verdict.type === 'dropped') {
      dropped(own);
      return verdict;
    }
    const readId = ledger.answeredFrom(this.process, command.journalId);
    if (readId !== null) answered(readId, command, verdict);
    return verdict;
  }

  /** As by kill -9. */
  crash(): void {
    const { scheduler, stream } = this.#around;
    scheduler.kill(this.process);
    stream.unlink(this.link);
    for (const tell of this.#callers) scheduler.after(0.2, 'connection reset', null, () => tell(new Error('reset')));
    this.#callers.clear();
  }

  #doorbell(): Doorbell {
    const { scheduler, ringOthers } = this.#around;
    const { process } = this;
    let rang = false;
    let answer = (): void => {};
    const ring = (): void => {
      rang = true;
      answer();
    };
    return {
      ring,
      ringOthers: () => ringOthers(this),
      reset: () => {
        rang = false;
      },
      wait: async (ms) => {
        if (rang) return;
        await new Promise<void>((resolve) => {
          const cancel = scheduler.after(ms, 'relay looks', process, resolve);
          answer = () => {
            cancel();
            resolve();
          };
        });
        answer = () => {};
      },
      pause: (ms) => scheduler.delay(ms, 'relay pauses', process),
      open: () => {
        this.link.onConnection(ring);
      },
      close: ring,
    };
  }
}
