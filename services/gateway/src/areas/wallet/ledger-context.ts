/**
 * The context of a journal: a JSON object of whoever posted it, which the ledger keeps and gives back. What people may
 * read of it, in statements and notifications, is under `metadata`; the rest is the poster's own memory.
 */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Empty for no context. @throws when it is no JSON object */
export function contextOf(text: string): JsonObject {
  if (text === '') return {};
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('a context that is no object');
  return value;
}

/** Undefined when there is nothing to read. */
export function metadataOf({ metadata }: JsonObject): JsonObject | undefined {
  return isObject(metadata) && Object.keys(metadata).length > 0 ? metadata : undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
