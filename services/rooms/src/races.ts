import { AppError, commonErrors } from '@fanfare/kit';

/** Something that another transaction did meanwhile, which this one's locks do not cover. Nothing was written. */
export class Raced extends Error {
  override readonly name = 'Raced';
}

/** A user can only race with himself, between two rooms; more rounds than this is somebody hammering. */
const ATTEMPTS = 10;

/** Runs a transaction again when it was raced: the next look sees what happened. */
export async function untilNotRaced<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!(error instanceof Raced)) throw error;
    }
  }
  const { reason, message } = commonErrors.UNAVAILABLE();
  throw new AppError('aborted', reason, message);
}
