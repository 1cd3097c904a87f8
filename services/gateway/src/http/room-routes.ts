import { z } from 'zod';
import { presentMessage, presentParticipant, presentRoom } from '../present/room.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import { nothing } from './envelope.ts';
import * as fields from './fields.ts';

const tags = ['rooms'];
const params = fields.params.id;

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

/** An empty filter is none. */
const wanted = () => fields.judgedText(200).transform((text) => text.trim() || undefined);

const filters = z.object({
  ...fields.paging,
  category: wanted().optional(),
  language: wanted().optional(),
  featured: fields.flagText().default(false),
  minimumLevel: fields.integerText(0, 1_000_000).default(0),
  query: fields.judgedText(640).default(''),
});

export const roomRoutes: Routes = (app, clients) => {
  const { rooms } = clients;

  app.post(
    '/rooms',
    {
      schema: {
        tags,
        operationId: 'createRoom',
        summary: 'Open a room of one’s own',
        body: newRoom,
        response: { 201: answers.room },
      },
    },
    async (request, reply) => {
      const { name, maxParticipants, category, language, announcement, backgroundMusicUrl } = request.body;
      const { room } = await rooms.call.createRoom(
        {
          name,
          maxParticipants: maxParticipants ?? 0,
          category: category ?? undefined,
          language: language ?? undefined,
          announcement: announcement ?? undefined,
          backgroundMusicUrl: backgroundMusicUrl ?? undefined,
        },
        callFor(request),
      );
      reply.code(201);
      return present(room, presentRoom);
    },
  );

  app.get(
    '/rooms',
    {
      schema: {
        tags,
        operationId: 'listRooms',
        summary: 'Active rooms, fullest first',
        querystring: filters,
        response: { 200: answers.page(answers.room) },
      },
    },
    async (request) => {
      const { featured, ...query } = request.query;
      const page = await rooms.call.listRooms({ ...query, featuredOnly: featured }, callFor(request));
      return answers.pageOf(page.rooms, page.nextCursor, presentRoom);
    },
  );

  app.post(
    '/rooms/:id/close',
    {
      schema: {
        tags,
        operationId: 'closeRoom',
        summary: 'Close a room; everybody leaves',
        params,
        response: { 200: answers.room },
      },
    },
    async (request) => {
      const { room } = await rooms.call.closeRoom({ roomId: request.params.id }, callFor(request));
      return present(room, presentRoom);
    },
  );
};

/** One, and what is going on in it. */
export const roomViewRoutes: Routes = (app, { rooms }) => {
  app.get(
    '/rooms/:id',
    { schema: { tags, operationId: 'getRoom', summary: 'A room', params, response: { 200: answers.room } } },
    async (request) => {
      const { room } = await rooms.call.getRoom({ roomId: request.params.id }, callFor(request));
      return present(room, presentRoom);
    },
  );

  app.get(
    '/rooms/:id/participants',
    {
      schema: {
        tags,
        operationId: 'listParticipants',
        summary: 'Who is in a room',
        params,
        querystring: z.object(fields.paging),
        response: { 200: answers.page(answers.participant) },
      },
    },
    async (request) => {
      const { participants, nextCursor } = await rooms.call.listParticipants(
        { roomId: request.params.id, ...request.query },
        callFor(request),
      );
      return answers.pageOf(participants, nextCursor, presentParticipant);
    },
  );

  app.get(
    '/rooms/:id/messages',
    {
      schema: {
        tags,
        operationId: 'listMessages',
        summary: 'The last 50 messages, oldest first: what one sees on entering',
        params,
        response: { 200: answers.page(answers.message) },
      },
    },
    async (request) => {
      const { messages } = await rooms.call.getSnapshot({ roomId: request.params.id }, callFor(request));
      return answers.pageOf(messages, '', presentMessage);
    },
  );
};

/** Coming and going. */
export const roomMemberRoutes: Routes = (app, { rooms }) => {
  app.post(
    '/rooms/:id/join',
    {
      schema: {
        tags,
        operationId: 'joinRoom',
        summary: 'Become a participant; the token is for the socket’s room.join',
        params,
        response: { 200: z.object({ room: answers.room, token: z.string() }) },
      },
    },
    async (request) => {
      const { room, token } = await rooms.call.joinRoom({ roomId: request.params.id }, callFor(request));
      return { room: present(room, presentRoom), token };
    },
  );

  app.post(
    '/rooms/:id/token',
    {
      schema: {
        tags,
        operationId: 'refreshRoomToken',
        summary: 'A fresh room token for a participant',
        params,
        response: { 200: z.object({ token: z.string() }) },
      },
    },
    async (request) => rooms.call.refreshRoomToken({ roomId: request.params.id }, callFor(request)),
  );

  app.post(
    '/rooms/:id/leave',
    { schema: { tags, operationId: 'leaveRoom', summary: 'Leave a room', params, response: { 200: answers.none } } },
    async (request) => {
      await rooms.call.leaveRoom({ roomId: request.params.id }, callFor(request));
      return nothing;
    },
  );
};

export const roomBlockRoutes: Routes = (app, { rooms }, users) => {
  app.post(
    '/rooms/:id/block',
    {
      schema: {
        tags,
        operationId: 'blockUser',
        summary: 'Remove somebody from one’s room and keep them out',
        params,
        body: fields.object({
          userId: fields.id(),
          reason: judged(1600, 'At most 200 characters.').nullish(),
        }),
        response: { 200: answers.none },
      },
    },
    async (request) => {
      const { userId, reason } = request.body;
      await users.require([userId], callFor(request));
      await rooms.call.blockUser({ roomId: request.params.id, userId, reason: reason ?? '' }, callFor(request));
      return nothing;
    },
  );

  app.post(
    '/rooms/:id/unblock',
    {
      schema: {
        tags,
        operationId: 'unblockUser',
        summary: 'Let somebody in again',
        params,
        body: fields.object({ userId: fields.id() }),
        response: { 200: answers.none },
      },
    },
    async (request) => {
      await rooms.call.unblockUser({ roomId: request.params.id, userId: request.body.userId }, callFor(request));
      return nothing;
    },
  );
};
