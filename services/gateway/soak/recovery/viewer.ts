/** A client that wants to watch its own channel and a room, whatever happens, and writes down all it is told. */
import { setTimeout as delay } from 'node:timers/promises';
import { roomChannel, userChannel } from '@fanfare/contracts';
import { io, type Socket } from 'socket.io-client';
import { decodePosition } from '../../src/edge/position.ts';
import { NOWHERE_OFF, type Told } from './judge.ts';

export interface ViewerOptions {
  readonly user: bigint;
  readonly room: number;
  readonly accessToken: () => Promise<string>;
  readonly roomToken: (since: Date) => Promise<string>;
  /** The stream's life by now. */
  readonly life: () => number;
  /** Told of every event when it has been written down. */
  readonly onEvent?: (channel: string) => void;
  /** The port to connect to now; another one than `before` if there is one. */
  readonly gateway: (before: number | null) => number;
}

const CONNECT_TIMEOUT_MS = 2000;
const ACK_TIMEOUT_MS = 8000;
const RETRY_MS = 20;

interface Place {
  readonly ch: string;
  /** Missing while there is no position: a new stream has neither a message of the channel nor a tick. */
  readonly off?: string;
}

interface Answer {
  readonly ok: boolean;
  readonly data?: { readonly off: string; readonly recovered: boolean };
}

export class Viewer {
  readonly own: string;
  readonly roomChannel: string;
  readonly #options: ViewerOptions;
  readonly #told = new Map<string, Told[]>();
  readonly #offs = new Map<string, string>();
  readonly #reached = new Set<string>();
  /** A moment before its first position, which may be older than the viewer. */
  #since = new Date(Date.now() - 1000);
  #socket: Socket | null = null;
  /** Ends what waits for an answer of the socket of now. */
  #giveUp: () => void = () => {};
  #before: number | null = null;
  #wanted = false;
  #isThere = false;
  #isOut = false;
  #arriving: Promise<void> = Promise.resolve();

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.own = userChannel(options.user);
    this.roomChannel = roomChannel(BigInt(options.room));
    this.#told.set(this.own, []).set(this.roomChannel, []);
  }

  get user(): bigint {
    return this.#options.user;
  }

  told(channel: string): readonly Told[] {
    return this.#told.get(channel) ?? [];
  }

  /** Of the gateway it went to last. */
  port(): number | null {
    return this.#before;
  }

  isThere(): boolean {
    return this.#isThere;
  }

  /** Whether it was shown the message with this id, or told that it begins there. */
  hasReached(id: string): boolean {
    return this.#reached.has(id);
  }

  /** From now on it connects, and comes back whenever it is cut off. */
  arrive(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#comeBack();
  }

  leave(): void {
    this.#wanted = false;
    this.#drop();
  }

  /** Whether it was told that it is out of the room, and has not gone back. */
  isOut(): boolean {
    return this.#isOut;
  }

  /** Goes back into the room with the position of before. @param since when the new stay began */
  async rejoin(since: Date): Promise<void> {
    this.#since = since;
    this.#isOut = false;
    const socket = this.#socket;
    if (socket !== null && !(await this.#join(socket))) this.#cutOff(socket);
  }

  #putOut(): void {
    this.#isOut = true;
    this.#write(this.roomChannel, { kind: 'ends' });
  }

  /** Resolves when nothing of it is under way any more. */
  async end(): Promise<void> {
    this.leave();
    await this.#arriving;
  }

  #comeBack(): void {
    this.#arriving = this.#arriving.then(async () => {
      while (this.#wanted && !this.#isThere) {
        if (!(await this.#connect())) await delay(RETRY_MS);
      }
    });
  }

  #drop(): void {
    this.#giveUp();
    this.#socket?.disconnect();
    this.#socket = null;
    this.#isThere = false;
  }

  #cutOff(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#drop();
    if (this.#wanted) this.#comeBack();
  }

  /** @returns whether it is connected and in the room */
  async #connect(): Promise<boolean> {
    const port = this.#options.gateway(this.#before);
    this.#before = port;
    const off = this.#offs.get(this.own) ?? null;
    const auth = { token: await this.#options.accessToken(), v: 1, ...(off === null ? {} : { off }) };
    if (!this.#wanted) return false;
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      timeout: CONNECT_TIMEOUT_MS,
      auth,
    });
    this.#socket = socket;
    const began = await this.#listen(socket, off);
    if (began && this.#socket === socket && (await this.#join(socket))) {
      this.#isThere = true;
      return true;
    }
    if (this.#socket === socket) this.#drop();
    return false;
  }

  /** @returns whether the session has begun */
  #listen(socket: Socket, asked: string | null): Promise<boolean> {
    const { promise, resolve } = this.#untilGivenUp();
    const timeout = setTimeout(() => resolve(false), CONNECT_TIMEOUT_MS);
    socket.onAny((name: string, data, at?: Place) => {
      if (this.#socket !== socket || at === undefined) return;
      if (name !== 'session') return this.#takeIn(name, at);
      this.#write(this.own, {
        kind: 'begins',
        asked,
        recovered: data.recovered,
        off: data.off,
        life: this.#options.life(),
      });
      resolve(true);
    });
    socket.on('connect_error', () => resolve(false));
    socket.on('disconnect', () => {
      if (this.#socket !== socket) return;
      this.#giveUp();
      if (this.#isThere) this.#cutOff(socket);
    });
    return promise.finally(() => clearTimeout(timeout));
  }

  #takeIn(name: string, { ch, off = NOWHERE_OFF }: Place): void {
    this.#write(ch, name === 'resync' ? { kind: 'resync', off } : { kind: 'event', name, off });
    this.#options.onEvent?.(ch);
    // Told on its own channel: the room's events of before have come before it.
    if (name === 'room.member_blocked' && ch === this.own) this.#putOut();
  }

  async #join(socket: Socket): Promise<boolean> {
    const token = await this.#options.roomToken(this.#since);
    if (this.#socket !== socket) return false;
    const off = this.#offs.get(this.roomChannel) ?? null;
    const { promise, resolve } = this.#untilGivenUp();
    // In the callback itself: what comes right behind the answer belongs after it.
    const onAnswer = (error: Error | null, answer?: Answer): void => {
      const data = answer?.data;
      const isUsable = error === null && answer?.ok === true && data !== undefined && this.#socket === socket;
      if (isUsable) {
        this.#write(this.roomChannel, {
          kind: 'begins',
          asked: off,
          recovered: data.recovered,
          off: data.off,
          life: this.#options.life(),
        });
      }
      resolve(isUsable);
    };
    socket.timeout(ACK_TIMEOUT_MS).emit('room.join', off === null ? { token } : { token, off }, onAnswer);
    return promise;
  }

  /** False when the socket is dropped before there is an answer. */
  #untilGivenUp(): PromiseWithResolvers<boolean> {
    const made = Promise.withResolvers<boolean>();
    this.#giveUp = () => made.resolve(false);
    return made;
  }

  #write(channel: string, told: Told): void {
    this.#told.get(channel)?.push(told);
    if (told.kind === 'ends') return;
    this.#offs.set(channel, told.off);
    this.#reached.add(decodePosition(told.off)?.id ?? '');
  }
}
