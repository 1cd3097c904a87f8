/** What requests say about sessions. */
import { invalid } from '@fanfare/kit';
import { errors } from '../errors.ts';
import type { Device } from './session-store.ts';

/** 32 random bytes are 43 characters of base64url; what is much longer is no token of ours. */
const TOKEN_MOST = 128;
const USER_AGENT_MOST = 512;

export const parseDevice = (device: Device | undefined): Device => ({
  ip: device?.ip.trim() ?? '',
  userAgent: device?.userAgent.slice(0, USER_AGENT_MOST) ?? '',
});

/** @throws INVALID_ARGUMENT when there is none, INVALID_REFRESH_TOKEN when it cannot be one */
export function parseRefreshToken(token: string): string {
  if (token === '') throw invalid('refreshToken', 'is required');
  if (token.length > TOKEN_MOST) throw errors.INVALID_REFRESH_TOKEN();
  return token;
}
