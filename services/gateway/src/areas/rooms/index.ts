/** Rooms: who is in them, and what is said there. */
import { defineArea } from '../../area.ts';
import { silent } from '../../translate/table.ts';
import { blockUser, unblockUser } from './block-user.ts';
import { chatMessage, showMessage } from './chat/chat-message.ts';
import { chatSee, chatSeen } from './chat/chat-see.ts';
import { chatSend } from './chat/chat-send.ts';
import { chatType, chatTyping } from './chat/chat-type.ts';
import { listMessages } from './chat/list-messages.ts';
import { clients } from './clients.ts';
import { closeRoom } from './close-room.ts';
import { createRoom } from './create-room.ts';
import { getRoom, listParticipants } from './get-room.ts';
import { listRooms } from './list-rooms.ts';
import { endOfStay, memberBlocked, showBlock } from './member-blocked.ts';
import { participantCount, showCount } from './participant-count.ts';
import { joinRoom, leaveRoom, refreshRoomToken } from './participate.ts';
import { roomClosed, showClosing } from './room-closed.ts';
import { roomJoin } from './room-join.ts';
import { roomLeave } from './room-leave.ts';
import { roomLeft, showDeparture } from './room-left.ts';
import { subscribe } from './subscribe.ts';
import { unsubscribe } from './unsubscribe.ts';

export const rooms = defineArea({
  name: 'rooms',
  clients,
  routes: [
    ...[createRoom, listRooms, getRoom, closeRoom],
    ...[joinRoom, refreshRoomToken, leaveRoom, listParticipants, listMessages],
    ...[blockUser, unblockUser],
  ],
  commands: [roomJoin, roomLeave, chatSend, chatType, chatSee, subscribe, unsubscribe],
  emits: [chatMessage, chatTyping, chatSeen, participantCount, memberBlocked, roomClosed, roomLeft],
  shows: {
    roomCreated: silent,
    roomClosed: showClosing,
    participantJoined: silent,
    participantLeft: showDeparture,
    participantsCounted: showCount,
    memberBlocked: showBlock,
    memberUnblocked: silent,
    chatPosted: showMessage,
  },
  ends: { memberBlocked: endOfStay },
});
