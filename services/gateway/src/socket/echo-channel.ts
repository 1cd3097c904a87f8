/** What laravel-echo calls our channels: `private-user.7`, `private-room.42` and `all`. */
import { roomChannel, userChannel } from '@fanfare/contracts';

/** What a client may subscribe to. */
export type EchoChannel = { readonly kind: 'user' | 'room'; readonly id: bigint } | { readonly kind: 'all' };

const PRIVATE = /^private-(user|room)\.([1-9]\d{0,15})$/;

/** Null for what is no channel of ours: presence channels too, since nobody is told who else is in them. */
export function parseEchoName(name: string): EchoChannel | null {
  if (name === 'all') return { kind: 'all' };
  const [, kind, id] = PRIVATE.exec(name) ?? [];
  if ((kind !== 'user' && kind !== 'room') || id === undefined) return null;
  return { kind, id: BigInt(id) };
}

export const echoNameOf = (channel: string): string => (channel === 'all' ? channel : `private-${channel}`);

export function channelOf(of: EchoChannel): string {
  if (of.kind === 'all') return 'all';
  return of.kind === 'user' ? userChannel(of.id) : roomChannel(of.id);
}
