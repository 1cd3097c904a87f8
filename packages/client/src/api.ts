import type { restApi } from './generated/api.ts';

/**
 * REST: `client.<section of the reference>.<operationId>`, which takes what is in the path, then the body or the query.
 * Logging in and out is the client's own, because it keeps the tokens.
 */
export type Api = Omit<ReturnType<typeof restApi>, 'auth'>;
