import { errorCatalogue } from '@fanfare/kit';

/** What the gateway refuses by itself; everything else it passes on from the services. */
export const errors = errorCatalogue({
  TOKEN_INVALID: ['unauthenticated', 'The access token is not valid.'],
  TOKEN_EXPIRED: ['unauthenticated', 'The access token has expired. Refresh it.'],
  SESSION_REVOKED: ['unauthenticated', 'This session has ended. Log in again.'],
  RATE_LIMITED: ['exhausted', 'Too many requests. Try again in {retryAfterMs} ms.'],
  ROUTE_NOT_FOUND: ['not_found', 'There is no {method} {path}.'],
  METHOD_NOT_ALLOWED: ['invalid', '{path} takes {allowed}, not {method}.'],
  MALFORMED_BODY: ['invalid', 'The body is not valid JSON.'],
  UNSUPPORTED_MEDIA_TYPE: ['invalid', 'The body must be sent as application/json.'],
  PAYLOAD_TOO_LARGE: ['invalid', 'The request is larger than {maximum} bytes.'],
  UNKNOWN_EVENT: ['not_found', 'There is no event {event}.'],
  UNKNOWN_CHANNEL: ['not_found', 'There is no channel {channel}: private-user.ID, private-room.ID and all there are.'],
  NOT_IN_ROOM: ['failed_precondition', 'This socket is not in room {roomId}. Join it first.'],
  UNSUPPORTED_VERSION: ['failed_precondition', 'This server speaks version {supported} of the protocol.'],
});
