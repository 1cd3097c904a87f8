/**
 * What a route may say about itself in `config`. Each key is read by one hook; a route that says nothing is for logged-in
 * users, limited per user, and answers in the envelope.
 */
import type { Authenticator, Principal } from '../authenticator.ts';
import type { Policy, PolicyName } from '../limits/policies.ts';

/** `optional` reads a token if there is one. Roles are checked again by the service that is asked. */
export type Access = 'none' | 'optional' | 'user' | 'moderator' | 'admin';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly auth?: Access;
    /** False: the handler's answer is the body, as it is. */
    readonly envelope?: boolean;
    /** Default: `user` for whoever is logged in, `ip` for everybody else. */
    readonly limit?: PolicyName | Policy | 'none';
    /** Keeps the bytes of the body in `request.rawBody`, for signatures. */
    readonly rawBody?: boolean;
    /**
     * The command's id is the Idempotency-Key header, or made here: `request.commandId`. A decision, which is made once
     * whatever its key, does not pass it on.
     */
    readonly movesMoney?: boolean;
  }

  interface FastifyRequest {
    principal: Principal | null;
    commandId: string;
    rawBody: Buffer | null;
  }
}

export type Verify = Authenticator['verify'];
