/** The HTTP application in front of test services, with tokens for a user (7) and an administrator (1). */
import { createMetrics, newId, silentLogger, systemClock } from '@fanfare/kit';
import { redisUrl } from '@fanfare/testing';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { publicFace } from '../src/areas.ts';
import { createAuthenticator } from '../src/authenticator.ts';
import { createHttpApp } from '../src/http/app.ts';
import type { App } from '../src/http/app-type.ts';
import { createLimiter } from '../src/limits/limiter.ts';
import { policiesOf } from '../src/limits/policies.ts';
import { createPresence, type Presence } from '../src/presence/presence.ts';
import { type Peers, startPeers, type TokenSigner, tokenSigner } from './peers.ts';

type Answer = Promise<LightMyRequestResponse>;

export interface RunningHttp {
  readonly presence: Presence;
  readonly peers: Peers;
  readonly signer: TokenSigner;
  readonly token: string;
  readonly admin: string;
  /** With no rate limits unless `limits` says some; closed at `stop`. */
  readonly open: (limits: string) => Promise<App>;
  readonly as: (bearer: string | null, options: InjectOptions) => Answer;
  readonly get: (url: string, bearer?: string | null) => Answer;
  readonly post: (url: string, body?: object, headers?: Record<string, string>, bearer?: string | null) => Answer;
  /** Forgets what the last test's services answer. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

export const coins = (minor: bigint) => ({ currency: 'COIN', minor });

export async function runHttp(): Promise<RunningHttp> {
  const running = await startPeers();
  const signer = await tokenSigner('one');
  const limiter = createLimiter({ redisUrl: redisUrl(), log: silentLogger, metrics: createMetrics('gateway') });
  const nobody = { nodeName: newId(), pairs: () => [], users: () => [] };
  const presence = createPresence({ redisUrl: redisUrl(), log: silentLogger, ...nobody });
  await limiter.start?.();
  await presence.start?.();
  const apps: App[] = [];

  const open = async (limits: string): Promise<App> => {
    const { clients } = running;
    const common = { clock: systemClock, log: silentLogger };
    const authenticator = createAuthenticator({ identity: clients.identity, isRevoked: () => false, ...common });
    const policies = policiesOf(limits);
    const metrics = createMetrics('gateway');
    const asking = { clients, authenticator, limiter, policies, presence };
    const app = await createHttpApp({
      ...asking,
      face: publicFace,
      metrics,
      trustProxy: '1',
      pointCurrencyName: 'LykCoin',
      ...common,
    });
    apps.push(app);
    return app;
  };
  const app = await open('off');
  const token = await signer.sign({ sub: '7' });
  const as: RunningHttp['as'] = (bearer, options) =>
    app.inject({
      ...options,
      headers: { ...(bearer !== null && { authorization: `Bearer ${bearer}` }), ...options.headers },
    });

  return {
    presence,
    peers: running.handlers,
    signer,
    token,
    admin: await signer.sign({ sub: '1', roles: ['admin'] }),
    open,
    as,
    get: (url, bearer = token) => as(bearer, { method: 'GET', url }),
    post: (url, payload = {}, headers = {}, bearer = token) => as(bearer, { method: 'POST', url, payload, headers }),
    reset: () => {
      Object.assign(running.handlers, { economy: {}, gifting: {}, rooms: {} });
      running.handlers.identity = {
        getKeySet: async () => ({ jwks: signer.jwks }),
      };
      running.handlers.gifting.getTotals = async () => ({ spent: coins(0n), received: coins(0n) });
      running.handlers.rooms.getUserRooms = async () => ({});
    },
    stop: async () => {
      for (const opened of apps) await opened.close();
      await limiter.stop?.();
      await presence.stop?.();
      await running.stop();
    },
  };
}
