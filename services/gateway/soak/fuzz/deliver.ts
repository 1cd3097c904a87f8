/** Brings one frame to a gateway and judges what comes of it. */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame, PollingRequest, World } from './frame.ts';
import { openRaw, openTcp } from './raw-socket.ts';
import { type Answer, type FuzzSession, openSession } from './session.ts';

export interface Verdict {
  readonly outcome: 'refused' | 'ignored' | 'failed';
  /** By what: a reason, a close code, an HTTP status; or what is wrong. */
  readonly how: string;
}

/** Keeps a session between frames, as long as it survives them. */
export interface Lane {
  readonly deliver: (frame: Frame) => Promise<Verdict>;
  readonly close: () => Promise<void>;
}

/** Silence after something unfinished is an answer: it was not enough to act upon. */
const SILENCE_MS = 100;
/** Thousands of commands before it are each taken in a turn of their own. */
const ANSWER_MOST_MS = 30_000;
const PROBE = 1;
/** What the services of the run refuse everything with. */
export const REACHED = 'REACHED_SERVICE';

const refused = (how: string): Verdict => ({ outcome: 'refused', how });
const ignored = (how: string): Verdict => ({ outcome: 'ignored', how });
const failed = (how: string): Verdict => ({ outcome: 'failed', how });

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

export function openLane(port: number, world: World, joinsRoom: boolean): Lane {
  let session: FuzzSession | null = null;

  async function live(): Promise<FuzzSession> {
    if (session !== null && !session.raw.hasEnded()) return session;
    session = await openSession(port, world.tokens.valid);
    if (joinsRoom) session.raw.say(`422["room.join",${JSON.stringify({ token: world.roomTokens.valid })}]`);
    if (joinsRoom) await session.answer(2, ANSWER_MOST_MS);
    return session;
  }

  return {
    deliver: async (frame) => {
      if (frame.via === 'tcp') return overTcp(port, frame);
      if (frame.via === 'polling') return byPolling(port, frame.requests);
      if (frame.via === 'handshake') return inHandshake(port, frame);
      if (frame.via === 'unconnected') return unconnected(port, frame.messages);
      return inSession(await live(), frame);
    },
    close: async () => {
      session?.raw.destroy();
      await session?.raw.ended;
      session = null;
    },
  };
}

/** A command that nobody knows follows: its refusal says that all before it has been read. */
async function inSession(session: FuzzSession, frame: Frame & { via: 'bytes' | 'session' }): Promise<Verdict> {
  const { raw } = session;
  session.forget();
  if (frame.via === 'bytes') raw.write(frame.bytes);
  else for (const message of frame.messages) raw.say(message);
  if (frame.via === 'bytes' && frame.unfinished === true) return unfinished(session);
  raw.say(`42${PROBE}["fuzz.probe"]`);
  const probe = await session.answer(PROBE, ANSWER_MOST_MS);
  const answer =
    frame.via === 'session' && frame.ack !== undefined && probe !== null
      ? await session.answer(frame.ack, ANSWER_MOST_MS)
      : 'none';
  const internal = session.internal();
  if (internal !== null) {
    raw.destroy();
    return failed(internal);
  }
  if (probe === null || answer === null) return refused(`closed ${await raw.ended}`);
  if (probe === 'none') return failed('neither an answer nor an end');
  if (answer !== 'none') return judge(answer, frame);
  return frame.via === 'session' && frame.ack !== undefined ? failed('no answer') : ignored('no answer wanted');
}

function judge(answer: Answer, frame: Frame): Verdict {
  const may = frame.via === 'session' || frame.via === 'handshake' ? frame.may : undefined;
  const { ok, data, error } = answer;
  if (ok === false && error?.reason === REACHED) {
    return may === undefined ? failed('it reached a service') : refused('by the service');
  }
  if (ok === false) return error?.reason === undefined ? failed('refused without a reason') : refused(error.reason);
  if (may === undefined || may === 'reach') return failed(`accepted: ${JSON.stringify(answer).slice(0, 200)}`);
  if (data?.recovered === true && may === 'begin') return failed('a wrong position was recovered from');
  return ignored('what was wrong');
}

async function unfinished({ raw }: FuzzSession): Promise<Verdict> {
  const end = await Promise.race([raw.ended, delay(SILENCE_MS, null)]);
  raw.destroy();
  await raw.ended;
  return end === null ? ignored('unfinished') : refused(`closed ${end}`);
}

async function unconnected(port: number, messages: readonly (string | Buffer)[]): Promise<Verdict> {
  const raw = await openRaw(port, () => undefined);
  for (const message of messages) raw.say(message);
  raw.say(`42${PROBE}["fuzz.probe"]`);
  const end = await Promise.race([raw.ended, delay(ANSWER_MOST_MS, null, { ref: false })]);
  raw.destroy();
  return end === null ? failed('let be without CONNECT') : refused(`closed ${end}`);
}

async function inHandshake(port: number, frame: Frame & { via: 'handshake' }): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const raw = await openRaw(port, (text) => {
    if (text.startsWith('0{')) return `40${frame.auth}`;
    if (text.startsWith('44')) resolve(connectError(text.slice(2)));
    if (text.startsWith('40') && frame.may === undefined) resolve(failed('let in'));
    if (text.startsWith('42["session"')) resolve(judge({ ok: true, data: firstArgument(text) }, frame));
    return undefined;
  });
  void raw.ended.then((end) => resolve(refused(`closed ${end}`)));
  const verdict = await Promise.race([
    promise,
    delay(ANSWER_MOST_MS, failed('no answer to a handshake'), { ref: false }),
  ]);
  raw.destroy();
  return verdict;
}

const firstArgument = (text: string): { readonly recovered: boolean } => JSON.parse(text.slice(2))[1];

function connectError(text: string): Verdict {
  const { data } = JSON.parse(text) as { readonly data?: { readonly code?: number; readonly reason?: string } };
  if (data?.code === undefined) return failed(`connect_error without a code: ${text.slice(0, 200)}`);
  return data.reason === 'INTERNAL' ? failed(text.slice(0, 200)) : refused(`connect_error ${data.code}`);
}

async function overTcp(port: number, { bytes, may }: Frame & { via: 'tcp' }): Promise<Verdict> {
  const socket = await openTcp(port);
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString('latin1');
    if (said.includes('\r\n')) socket.destroy();
  });
  const ended = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
  socket.write(bytes);
  const end = await Promise.race([ended, delay(SILENCE_MS, false)]);
  socket.destroy();
  const status = Number(said.split(' ')[1]);
  if (status === 101 && may !== undefined) return ignored('what was wrong');
  if (said !== '') return byStatus(status);
  return end ? refused('closed') : ignored('unfinished');
}

function byStatus(status: number): Verdict {
  // 505 is how node refuses a version of HTTP.
  if ((status >= 400 && status < 500) || status === 505) return refused(`HTTP ${status}`);
  return failed(`HTTP ${status}`);
}

async function byPolling(port: number, requests: readonly PollingRequest[]): Promise<Verdict> {
  const path = '/socket.io/?EIO=4&transport=polling';
  const opened = await ask(port, { method: 'GET', path });
  const { sid } = JSON.parse(opened.body.slice(1)) as { readonly sid: string };
  let last: Verdict = ignored('nothing asked');
  for (const one of requests) {
    const { status } = await ask(port, { ...one, path: one.path.replace('{sid}', sid) });
    if (status === null) last = ignored('a question without an answer');
    else if (status >= 200 && status < 300) last = ignored(`HTTP ${status}`);
    else last = byStatus(status);
  }
  const { status } = await ask(port, { method: 'POST', path: `${path}&sid=${sid}`, body: '1' });
  if (status !== null && status >= 500) return failed(`HTTP ${status} afterwards`);
  return last.outcome === 'ignored' && status === 400 ? refused('the session closed') : last;
}

/** `status` is null when there is no answer within a while: a poll waits for something to say. */
function ask(
  port: number,
  { method, path, body, headers }: PollingRequest,
): Promise<{ readonly status: number | null; readonly body: string }> {
  return new Promise((resolve) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers: { ...headers }, agent, timeout: 2000 });
    sent.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      response.on('error', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('timeout', () => sent.destroy());
    // A server may hang up in the middle of what it will not read.
    sent.on('error', () => resolve({ status: null, body: '' }));
    sent.end(body);
  });
}
