/** A session: the tokens, and whose they are. */
import type { Session as SessionRecord } from '@fanfare/contracts/identity/v1/identity_service';
import { type CallOptions, userCaller } from '@fanfare/kit';
import { z } from 'zod';
import { present } from '../../present/present.ts';
import type { ClientsOf } from '../../rpc-clients.ts';
import type { clients } from './clients.ts';
import { loadUserOrProfile, presentNewUser, type User, user } from './user.ts';

export const session = z
  .object({
    user,
    accessToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires.' }),
  })
  .meta({ id: 'Session', description: 'The answer of register, login and refresh.' });

type Session = z.output<typeof session>;

const presentSession = (record: SessionRecord, whose: User): Session => ({
  user: whose,
  accessToken: record.accessToken,
  refreshToken: record.refreshToken,
  expiresIn: record.expiresInSeconds,
});

/** The first session of an account: nobody has given or joined anything a moment after registering. */
export const presentFirstSession = (opened: SessionRecord): Session =>
  presentSession(opened, present(opened.user, presentNewUser));

/** The tokens with their user; what belongs to the user is asked for in the user's own name. */
export async function loadSession(
  asked: ClientsOf<typeof clients>,
  opened: SessionRecord,
  call: CallOptions,
): Promise<Session> {
  const whose = await present(opened.user, (profile) =>
    loadUserOrProfile(asked, profile, { ...call, caller: userCaller(profile.id, { roles: profile.roles }) }),
  );
  return presentSession(opened, whose);
}
