/**
 * What a route says about itself in Fastify's `config`. Each key is read by one hook; a route that says nothing is for
 * logged-in users, limited per user, and answers in the envelope.
 */
import type { Authenticator, Principal } from '../authenticator.ts';
import type { Policy, PolicyName } from '../limits/policies.ts';

/**
 * `public` reads no token, so that a bad one does no harm; `optional` reads one if it is there. Roles are checked again
 * by the service that is asked.
 */
export type Access = 'public' | 'optional' | 'user' | 'moderator' | 'admin';

export type RateLimit = PolicyName | Policy | 'none';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly access?: Access;
    /** False: the handler's answer is the body, as it is. */
    readonly envelope?: boolean;
    /** Default: `user` for whoever is logged in, `ip` for everybody else. */
    readonly limit?: RateLimit;
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
