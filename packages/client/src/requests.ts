/** What requests of several areas have in common. */
import { v7 as newId } from 'uuid';
import type { Send } from './http.ts';

export interface Paging {
  readonly cursor?: string | undefined;
  /** 1 to 100, default 20. */
  readonly limit?: number | undefined;
}

/** `id`: the command's id, made here unless given; a repeat under the same id happens once and answers the same. */
export interface Command {
  readonly id?: string | undefined;
}

/** Sends what moves money, under its id. */
export const commandSender =
  (send: Send) =>
  <T>(path: string, { id = newId(), ...body }: Command): Promise<T> =>
    send<T>({ method: 'POST', path, body, idempotencyKey: id });
