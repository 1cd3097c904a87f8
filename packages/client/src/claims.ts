/** What a token says of itself. Only to compare tokens with each other: nothing is verified here. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = token.split('.')[1]?.replaceAll('-', '+').replaceAll('_', '/') ?? '';
    const claims: unknown = JSON.parse(atob(payload));
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {}; // no JWT: it says nothing
  }
}

/** Whose access token it is, or undefined where it does not say. */
export const subjectOf = (accessToken: string): unknown => claimsOf(accessToken)['sub'];

/** When the stay that a room token is for began, by the platform's clock, or 0 where it does not say. */
export function stayBegan(roomToken: string): number {
  const { since } = claimsOf(roomToken);
  return typeof since === 'number' ? since : 0;
}
