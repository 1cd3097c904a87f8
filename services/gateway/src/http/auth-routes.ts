import type { Session } from '@fanfare/client/objects';
import type { Device, Session as IdentitySession } from '@fanfare/contracts/identity/v1/identity_service';
import { userCaller } from '@fanfare/kit';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { noFacts, presentSession, presentUser } from '../present/user.ts';
import type { Clients } from '../rpc-clients.ts';
import * as answers from './answers.ts';
import type { Routes } from './app-type.ts';
import { callFor, present } from './call.ts';
import { nothing } from './envelope.ts';
import * as fields from './fields.ts';
import { loadUserOrProfile } from './user-facts.ts';

const tags = ['auth'];

/** What is given, and what it must look like, is identity's rule. */
const account = {
  phone: fields.anyText().nullish(),
  email: fields.anyText().nullish(),
  password: fields.anyText(),
};
const credentials = fields.object(account);
const registration = fields.object({
  ...account,
  username: fields.anyText().meta({ description: '3 to 30 letters, digits, underscores or dots.' }),
  password: fields.anyText().meta({ description: '8 to 128 characters.' }),
});

/** Opening a session. */
export const authRoutes: Routes = (app, clients) => {
  app.post(
    '/auth/register',
    {
      config: { auth: 'none' },
      schema: {
        tags,
        operationId: 'registerUser',
        summary: 'Open an account',
        body: registration,
        response: { 201: answers.session },
      },
    },
    async (request, reply) => {
      const { session } = await clients.identity.call.register(
        { ...given(request.body), device: deviceOf(request) },
        callFor(request),
      );
      reply.code(201);
      // Nobody has given or joined anything a moment after registering.
      return present(session, (opened) =>
        presentSession(
          opened,
          present(opened.user, (user) => presentUser(user, noFacts)),
        ),
      );
    },
  );

  app.post(
    '/auth/login',
    {
      config: { auth: 'none' },
      schema: {
        tags,
        operationId: 'logIn',
        summary: 'Log in by phone or email',
        body: credentials,
        response: { 200: answers.session },
      },
    },
    async (request) => {
      const { session } = await clients.identity.call.login(
        { ...given(request.body), device: deviceOf(request) },
        callFor(request),
      );
      return present(session, (opened) => withUser(clients, opened, request));
    },
  );
};

/** Going on with a session, and ending it. */
export const sessionRoutes: Routes = (app, clients) => {
  app.post(
    '/auth/refresh',
    {
      config: { auth: 'none' },
      schema: {
        tags,
        operationId: 'refreshSession',
        summary: 'Exchange a refresh token for a new pair; each one works once',
        body: fields.object({ refreshToken: fields.exactText(1, 512) }),
        response: { 200: answers.session },
      },
    },
    async (request) => {
      const { session } = await clients.identity.call.refresh(
        { ...request.body, device: deviceOf(request) },
        callFor(request),
      );
      return present(session, (opened) => withUser(clients, opened, request));
    },
  );

  app.post(
    '/auth/logout',
    { schema: { tags, operationId: 'logOut', summary: 'End this session', response: { 200: answers.none } } },
    async (request) => {
      await clients.identity.call.logout({}, callFor(request));
      return nothing;
    },
  );
};

/** A phone or an address that is null was not given. */
const given = <T extends z.output<typeof credentials>>({ phone, email, ...rest }: T) => ({
  ...rest,
  phone: phone ?? undefined,
  email: email ?? undefined,
});

/** The tokens with their user; what belongs to the user is asked for in the user's own name. */
async function withUser(clients: Clients, session: IdentitySession, request: FastifyRequest): Promise<Session> {
  const user = await present(session.user, (profile) =>
    loadUserOrProfile(clients, profile, {
      caller: userCaller(profile.id, { roles: profile.roles }),
      correlationId: request.id,
    }),
  );
  return presentSession(session, user);
}

const deviceOf = (request: FastifyRequest): Device => ({
  ip: request.ip,
  userAgent: (request.headers['user-agent'] ?? '').slice(0, 256),
});
