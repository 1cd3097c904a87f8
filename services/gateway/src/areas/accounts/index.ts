/** Accounts: who people are, their sessions, and what moderators and administrators do about them. */
import { defineArea } from '../../area.ts';
import { silent } from '../../translate/table.ts';
import { clients } from './clients.ts';
import { endOfSession, endOfSessions } from './endings.ts';
import { getUserPresence, listPresence } from './get-presence.ts';
import { getMe, getUser } from './get-user.ts';
import { logOut } from './log-out.ts';
import { banUser, setRoles, unbanUser } from './moderate-user.ts';
import { logIn, refreshSession, registerUser } from './open-session.ts';

export const accounts = defineArea({
  name: 'accounts',
  clients,
  routes: [
    ...[registerUser, logIn, refreshSession, logOut],
    ...[getMe, getUser, getUserPresence, listPresence],
    ...[banUser, unbanUser, setRoles],
  ],
  shows: {
    userRegistered: silent,
    userBanned: silent,
    userUnbanned: silent,
    sessionRevoked: silent,
  },
  ends: { userBanned: endOfSessions, sessionRevoked: endOfSession },
});
