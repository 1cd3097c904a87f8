/** What it looks like when a server we depend on is away: worth trying again, and no bug of ours. */

/** Of Node's sockets. */
const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/**
 * SQLSTATE: class 08 (connection exception), 57P01 to 57P03 (shutting down, crashed, starting up), 53300 (too many
 * connections), 25P03 (the session was ended for standing still). PostgreSQL, appendix A.
 */
const SQL_STATES = /^(08...|57P0[1-3]|53300|25P03)$/;

/** Prisma: cannot reach, timed out, closed by the server, no connection free in the pool. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024']);

/** node-postgres has no codes for these. */
const MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/;

/** Deep enough for what wraps what in our libraries. */
const MOST_CAUSES = 5;

/** True for a failure that says only that a server could not be reached or went away. */
export function isUnavailable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MOST_CAUSES && current instanceof Error; depth += 1) {
    const code = 'code' in current && typeof current.code === 'string' ? current.code : '';
    if (SYSTEM_CODES.has(code) || SQL_STATES.test(code) || PRISMA_CODES.has(code)) return true;
    if (MESSAGES.test(current.message)) return true;
    current = current.cause;
  }
  return false;
}
