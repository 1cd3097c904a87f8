import type { RoomsServiceService } from '@fanfare/contracts/rooms/v1/rooms_service';
import { CallerKind, type Handlers, parseId, requireUser } from '@fanfare/kit';
import { formatMessage } from '../chat/format-message.ts';
import type { Deps } from '../deps.ts';
import { formatParticipant } from '../participation/format-participant.ts';
import { formatRoom } from '../rooms/format-room.ts';
import { freeSeats } from '../seats/free-seats.ts';
import { readSnapshot } from './read-snapshot.ts';

export const snapshotHandlers = (deps: Deps) =>
  ({
    getSnapshot: async ({ roomId }, { caller }) => {
      const internal = caller.kind === CallerKind.CALLER_KIND_SERVICE || caller.kind === CallerKind.CALLER_KIND_SYSTEM;
      const reader = internal ? null : requireUser(caller);
      const { room, participants, messages } = await readSnapshot(deps.database, parseId('roomId', roomId), reader);
      return {
        room: formatRoom(room),
        seats: freeSeats(deps.config.ROOM_SEATS),
        participants: participants.map(formatParticipant),
        messages: messages.map(formatMessage),
      };
    },
  }) satisfies Partial<Handlers<typeof RoomsServiceService>>;
