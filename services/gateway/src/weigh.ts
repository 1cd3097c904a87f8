/** What a client said, looked at as a whole before anything reads it. */
export interface Weight {
  /** As JSON, escapes not counted; some number above the most once it is more. */
  readonly bytes: number;
  /** A key that could reach the prototype of objects, if there is one. */
  readonly forbiddenKey: string | null;
}

/** Stops at the most, and does not recurse: how deep a value is nested is the client's choice. */
export function weigh(value: unknown, mostBytes: number): Weight {
  const waiting = [value];
  let bytes = 0;
  while (waiting.length > 0 && bytes <= mostBytes) {
    const one = waiting.pop();
    bytes += ownBytes(one);
    if (typeof one !== 'object' || one === null || ArrayBuffer.isView(one)) continue;
    for (const item of Object.values(one)) waiting.push(item);
    const keys = Array.isArray(one) ? [] : Object.keys(one);
    const forbiddenKey = keys.find((key) => isForbidden(one, key));
    if (forbiddenKey !== undefined) return { bytes, forbiddenKey };
  }
  return { bytes, forbiddenKey: null };
}

/** Without what is in it. */
function ownBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (Array.isArray(value)) return 1 + Math.max(1, value.length);
  const keys = Object.keys(value);
  return keys.reduce((bytes, key) => bytes + Buffer.byteLength(key) + 3, 1 + Math.max(1, keys.length));
}

/** Data may well have a field `constructor`; only one with a prototype is an attack. */
function isForbidden(value: object, key: string): boolean {
  if (key !== 'constructor') return key === '__proto__';
  const made: unknown = value.constructor;
  return typeof made === 'object' && made !== null && Object.hasOwn(made, 'prototype');
}

/** What is wrong with a body or payload that has one. */
export const forbiddenKeyProblem = (key: string): string => `must not have the key ${key}`;
