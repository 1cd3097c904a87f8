/** The first broken thing that a verification has found, by name. */
export class LedgerProblem extends Error {
  override readonly name = 'LedgerProblem';
}
