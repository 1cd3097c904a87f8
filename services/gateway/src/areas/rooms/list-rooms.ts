import { z } from 'zod';
import * as fields from '../../http/fields.ts';
import { page, pageOf } from '../../present/page.ts';
import { defineRoute } from './clients.ts';
import { presentRoom, room } from './room.ts';

/** An empty filter is none. */
const wanted = () => fields.judgedText(200).transform((text) => text.trim() || undefined);

export const listRooms = defineRoute({
  method: 'GET',
  path: '/rooms',
  operationId: 'listRooms',
  summary: 'Active rooms, fullest first',
  access: 'user',
  query: z.object({
    ...fields.paging,
    category: wanted().optional(),
    language: wanted().optional(),
    featured: fields.flagText().default(false),
    minimumLevel: fields.integerText(0, 1_000_000).default(0),
    query: fields.judgedText(640).default(''),
  }),
  answer: page(room),
  run: async ({ clients, call }, { query: { featured, ...filters } }) => {
    const { rooms, nextCursor } = await clients.rooms.call.listRooms({ ...filters, featuredOnly: featured }, call);
    return pageOf(rooms, nextCursor, presentRoom);
  },
});
