/** Every command a client may send. What is listed here is answered, and is in the protocol document. */
import type { Command } from './command.ts';
import { chatSee } from './commands/chat-see.ts';
import { chatSend } from './commands/chat-send.ts';
import { chatType } from './commands/chat-type.ts';
import { giftSend } from './commands/gift-send.ts';
import { roomJoin } from './commands/room-join.ts';
import { roomLeave } from './commands/room-leave.ts';
import { subscribe } from './commands/subscribe.ts';
import { unsubscribe } from './commands/unsubscribe.ts';

export const allCommands: readonly Command[] = [
  ...[roomJoin, roomLeave],
  ...[chatSend, chatType, chatSee],
  giftSend,
  ...[subscribe, unsubscribe],
];
