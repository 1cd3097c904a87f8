import * as fields from '../../http/fields.ts';
import { present } from '../../present/present.ts';
import { defineRoute } from './clients.ts';
import { presentRoom, room } from './room.ts';

export const closeRoom = defineRoute({
  method: 'POST',
  path: '/rooms/:id/close',
  operationId: 'closeRoom',
  summary: 'Close a room; everybody leaves',
  access: 'user',
  params: fields.params.id,
  answer: room,
  run: async ({ clients, call }, { params }) => {
    const { room: closed } = await clients.rooms.call.closeRoom({ roomId: params.id }, call);
    return present(closed, presentRoom);
  },
});
