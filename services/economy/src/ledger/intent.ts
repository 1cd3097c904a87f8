/**
 * What a caller asked for, as it is kept with the id: a JSON array of the fields' values. Names are not kept; a repeat
 * brings its own, in the same order, and fields are only ever appended.
 */
import type { IntentField } from './command.ts';

export const intentText = (fields: readonly IntentField[]): string =>
  JSON.stringify(fields.map((field) => field.value));

/**
 * The first field that a repeat has otherwise than the first command, or null when it asks for the same thing. A field
 * that only one of them has was appended by a newer release in between, and is not compared.
 */
export function differingField(stored: string, fields: readonly IntentField[]): string | null {
  const values = JSON.parse(stored) as readonly string[];
  const differs = fields.find((field, index) => index < values.length && values[index] !== field.value);
  return differs?.name ?? null;
}
