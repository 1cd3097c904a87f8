/** What the protocol document says in words. */
import { CLOSE_CODES } from '../socket/close-codes.ts';
import { CLOSE_CODE_RANGES } from './closing.ts';

const ranges = CLOSE_CODE_RANGES.map(({ from, to, meaning }) => `- ${from}-${to}: ${meaning}`).join('\n');

export const DESCRIPTION = `Events and commands over Socket.IO (protocol 5, websocket or long-polling). Operations
are told from the client's point of view: it sends commands and receives events.

**Handshake.** \`auth: {token, v, off?, tick?}\`: the access token and the version of this protocol (see
\`x-handshake\`). An unknown version is refused for good, with ${CLOSE_CODES.UNSUPPORTED_VERSION}. A refused handshake has the payload of \`closing\` in
\`connect_error.data\`. The first event is \`session\`.

**Events** are emitted as \`(name, data, {ch, off})\`: the message's payload is the second argument, its headers are
the third. Keep the newest \`off\` of each \`ch\`. Given back (in the handshake for the user's own channel, in
\`room.join\` for a room) it has everything replayed that was missed, or \`recovered\` is false and nothing is. What has no
\`off\` is kept nowhere and never replayed. A client that recovers may be shown twice what was in its snapshot too: it
drops by sender and id. Ignore events, types and fields that you do not know: later releases have more.

**Classes** (\`x-class\`). A \`reliable\` event is dropped only with the connection. Of a \`conflate\` event that waits
behind others only the newest is kept: one of each name and channel, \`chat.typing\` for each user, \`chat.seen\` for each
room.

**Commands** are emitted as \`(name, payload, ack)\` and answered by \`{ok: true, data}\` or \`{ok: false, error}\`.
Whatever changes something is sent under an \`id\` of the client's making, and is safe to repeat under it.

**laravel-echo** speaks a dialect of its own: what it subscribes to is emitted as \`(name, channel, data)\`, without
positions.

**Closing.** Before it ends a connection the server emits \`closing {code, reason, retryAfterMs}\`. The range of the
code says what to do, also of codes that you do not know (all of them: \`x-close-codes\`):
${ranges}

**Values.** Ids of users, rooms and gifts are numbers up to 2^53 - 1, money is decimal text with two places, times are
ISO 8601 in UTC; \`notification\` alone has amounts as numbers.`;
