import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { CallerKind, type Handlers, requireInternal, requireKnown, requireUser } from '@fanfare/kit';
import { blockUser } from './blocks/block-user.ts';
import { unblockUser } from './blocks/unblock-user.ts';
import { chatSender } from './chat/send-chat.ts';
import type { Deps } from './deps.ts';
import { errors } from './errors.ts';
import { decideGift } from './gift-checks/gift-check.ts';
import { readGiftFacts } from './gift-checks/gift-facts.ts';
import {
  parseBlock,
  parseChecks,
  parseFilter,
  parseId,
  parseLimit,
  parseParticipantsCursor,
  parseRoom,
  parseRoomsCursor,
  parseSaying,
} from './parse.ts';
import { roomJoiner } from './participation/join-room.ts';
import { roomLeaver } from './participation/leave-room.ts';
import { permissionsOf } from './participation/room-token.ts';
import { presentMessage, presentParticipant, presentRoom } from './present.ts';
import { closeRoom } from './rooms/close-room.ts';
import { createRoom } from './rooms/create-room.ts';
import { readParticipants, readParticipation, readRoom, readRooms, readUserRooms } from './rooms/room-queries.ts';
import { freeSeats } from './seats/free-seats.ts';
import { readSnapshot } from './snapshot/read-snapshot.ts';

export const handlers = (deps: Deps): Handlers<typeof RoomsServiceService> => ({
  ...roomHandlers(deps),
  ...membershipHandlers(deps),
  ...contentHandlers(deps),
});

type Part<K extends keyof Handlers<typeof RoomsServiceService>> = Pick<Handlers<typeof RoomsServiceService>, K>;

function roomHandlers(deps: Deps): Part<'createRoom' | 'getRoom' | 'listRooms' | 'closeRoom' | 'getUserRooms'> {
  return {
    createRoom: async (request, call) => ({
      room: presentRoom(await createRoom(deps, call, parseRoom(request, call, deps.config))),
    }),
    getRoom: async ({ roomId }, { caller }) => {
      requireKnown(caller);
      return { room: presentRoom(await readRoom(deps, parseId('roomId', roomId))) };
    },
    listRooms: async (request, { caller }) => {
      requireKnown(caller);
      const after = parseRoomsCursor(request.cursor);
      const { items, nextCursor } = await readRooms(deps, parseFilter(request), after, parseLimit(request.limit));
      return { rooms: items.map(presentRoom), nextCursor };
    },
    closeRoom: async ({ roomId }, call) => ({
      room: presentRoom(await closeRoom(deps, call, parseId('roomId', roomId), call.caller.userId ?? 0n)),
    }),
    getUserRooms: async ({ userId }) => readUserRooms(deps, parseId('userId', userId)),
  };
}

function membershipHandlers(
  deps: Deps,
): Part<
  'joinRoom' | 'leaveRoom' | 'blockUser' | 'unblockUser' | 'refreshRoomToken' | 'validateRoomToken' | 'listParticipants'
> {
  const joinRoom = roomJoiner(deps);
  const leaveRoom = roomLeaver(deps);
  return {
    joinRoom: async ({ roomId }, call) => {
      const { room, token } = await joinRoom(call, parseId('roomId', roomId), requireUser(call.caller));
      return { room: presentRoom(room), token };
    },
    leaveRoom: async ({ roomId }, call) => {
      await leaveRoom(call, parseId('roomId', roomId), requireUser(call.caller));
      return {};
    },
    blockUser: async (request, call) => {
      await blockUser(deps, call, parseBlock(request, call));
      return {};
    },
    unblockUser: async ({ roomId, userId }, call) => {
      const byUserId = call.caller.userId ?? 0n;
      await unblockUser(deps, call, { roomId: parseId('roomId', roomId), userId: parseId('userId', userId), byUserId });
      return {};
    },
    refreshRoomToken: async (request, { caller }) => {
      const [roomId, userId] = [parseId('roomId', request.roomId), requireUser(caller)];
      const { joinedAt: since, room } = await readParticipation(deps, roomId, userId);
      return { token: await deps.tokens.issue({ roomId, userId, since }, permissionsOf(userId, room.ownerId)) };
    },
    validateRoomToken: async ({ token }) => {
      const claims = await deps.tokens.verify(token);
      const { joinedAt } = await readParticipation(deps, claims.roomId, claims.userId);
      // The user came back after a leave or a kick; the token is of the stay before.
      if (joinedAt.getTime() !== claims.since.getTime()) {
        throw errors.NOT_A_PARTICIPANT({ roomId: claims.roomId.toString() });
      }
      return { ...claims, permissions: [...claims.permissions] };
    },
    listParticipants: async ({ roomId, cursor, limit }, { caller }) => {
      requireKnown(caller);
      const room = await readRoom(deps, parseId('roomId', roomId));
      const page = await readParticipants(deps, room.id, parseParticipantsCursor(cursor), parseLimit(limit));
      return { participants: page.items.map(presentParticipant), nextCursor: page.nextCursor };
    },
  };
}

function contentHandlers(deps: Deps): Part<'sendChat' | 'getSnapshot' | 'checkGifts'> {
  const sendChat = chatSender(deps);
  return {
    sendChat: async (request, call) => ({
      message: presentMessage(await sendChat(call, parseSaying(request, call))),
    }),
    getSnapshot: async ({ roomId }, { caller }) => {
      const internal = caller.kind === CallerKind.CALLER_KIND_SERVICE || caller.kind === CallerKind.CALLER_KIND_SYSTEM;
      const reader = internal ? null : requireUser(caller);
      const { room, participants, messages } = await readSnapshot(deps.database, parseId('roomId', roomId), reader);
      return {
        room: presentRoom(room),
        seats: freeSeats(deps.config.ROOM_SEATS),
        participants: participants.map(presentParticipant),
        messages: messages.map(presentMessage),
      };
    },
    checkGifts: async (request, { caller }) => {
      requireInternal(caller);
      const facts = await readGiftFacts(deps.database, parseChecks(request));
      const verdicts = facts.map((each) => decideGift(each, deps.config.GIFT_RECIPIENTS_MUST_BE_IN_ROOM));
      return { verdicts: verdicts.map(({ reason, metadata }) => ({ reason, metadata: { ...metadata } })) };
    },
  };
}
