import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { presentRoom, room } from './room.ts';

/** What a text may be is the rooms service's rule; the reference tells it. */
const judged = (mostBytes: number, description: string) => fields.judgedText(mostBytes).meta({ description });
const label = (what: string) => judged(200, `${what}, at most 50 characters; none when empty.`).nullish();

const newRoom = fields.object({
  name: judged(640, '1 to 80 characters on one line.'),
  maxParticipants: fields.capacity().nullish(),
  category: label('What it is about'),
  language: label('What is spoken there'),
  announcement: judged(4096, 'At most 500 characters.').nullish(),
  backgroundMusicUrl: fields.url().nullish(),
});

export const createRoom = defineRoute({
  method: 'POST',
  path: '/rooms',
  operationId: 'createRoom',
  summary: 'Open a room of one’s own',
  access: 'user',
  body: newRoom,
  answer: room,
  status: 201,
  run: async ({ clients, call }, { body }) => {
    const { room: made } = await clients.rooms.call.createRoom(
      {
        name: body.name,
        maxParticipants: body.maxParticipants ?? 0,
        category: body.category ?? undefined,
        language: body.language ?? undefined,
        announcement: body.announcement ?? undefined,
        backgroundMusicUrl: body.backgroundMusicUrl ?? undefined,
      },
      call,
    );
    return present(made, presentRoom);
  },
});
