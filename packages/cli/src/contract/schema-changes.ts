/**
 * What of one JSON Schema breaks those who were made for another: for what clients send, a schema that accepts less;
 * for what they are shown, one that shows something else. Clients ignore what they do not know, so another field, value
 * or kind of object that is shown breaks nobody.
 */
export type Json = Readonly<Record<string, unknown>>;

/** Whether clients write it or read it. */
export type Direction = 'sent' | 'shown';

export interface Comparison {
  readonly direction: Direction;
  /** The documents, in which references are looked up. */
  readonly before: Json;
  readonly after: Json;
}

/** One alternative of a schema: what it is, told apart from the others, and what must hold for it. */
interface Variant {
  readonly type: string;
  /** `object type="points_earned"`. */
  readonly name: string;
  readonly schema: Json;
}

/** A sentence for each change that breaks somebody, beginning with `where`. */
export function schemaChanges(comparison: Comparison, where: string, before: unknown, after: unknown): string[] {
  return changes({ ...comparison, open: new Set() }, where, before, after);
}

interface Walk extends Comparison {
  /** Pairs of schemas that are being compared, for those that contain themselves. */
  readonly open: ReadonlySet<string>;
}

function changes(walk: Walk, where: string, before: unknown, after: unknown): string[] {
  const pair = JSON.stringify([before, after]);
  if (walk.open.has(pair)) return [];
  const inside = { ...walk, open: new Set([...walk.open, pair]) };
  const earlier = variantsOf(walk.before, before);
  const later = variantsOf(walk.after, after);
  const kept = earlier.flatMap((old) => {
    const match = later.find(({ name }) => name === old.name);
    return match === undefined ? [] : variantChanges(inside, where, old, match);
  });
  return [...kept, ...(walk.direction === 'sent' ? refused(where, earlier, later) : retyped(where, earlier, later))];
}

const withoutMatch = (some: readonly Variant[], others: readonly Variant[]): readonly Variant[] =>
  some.filter(({ name }) => !others.some((other) => other.name === name || other.type === 'any'));

const refused = (where: string, earlier: readonly Variant[], later: readonly Variant[]): string[] =>
  withoutMatch(earlier, later).map(({ name }) => `${where} may not be ${name} any more`);

function retyped(where: string, earlier: readonly Variant[], later: readonly Variant[]): string[] {
  const isOneOfSeveral = ({ type, name }: Variant): boolean => type !== name;
  const gone = withoutMatch(earlier, later).filter(isOneOfSeveral);
  const surprising = withoutMatch(later, earlier).filter((variant) => !isOneOfSeveral(variant));
  return [
    ...gone.map(({ name }) => `${where} is never ${name} any more`),
    ...surprising.map(({ name }) => `${where} may be ${name} now`),
  ];
}

function variantsOf(document: Json, schema: unknown): readonly Variant[] {
  const { anyOf, oneOf, ...own } = resolved(document, schema);
  const alternatives = (anyOf ?? oneOf) as readonly unknown[] | undefined;
  if (alternatives !== undefined) return alternatives.flatMap((each) => variantsOf(document, each));
  const types = [(own['type'] ?? typeOfValues(own)) as string | readonly string[]].flat();
  return types.map((type) => ({ type, name: nameOf(type, own), schema: own }));
}

function resolved(document: Json, schema: unknown): Json {
  const { $ref, ...beside } = schema as Json;
  if (typeof $ref !== 'string') return beside;
  const at = $ref.slice('#/'.length).split('/');
  const target = at.reduce<unknown>((node, key) => (node as Json | undefined)?.[key], document);
  if (target === undefined) throw new Error(`${$ref} is not in the document`);
  return { ...resolved(document, target), ...beside };
}

/** Values of an enumeration, or undefined where any are allowed. */
const valuesOf = ({ const: only, enum: several }: Json): readonly unknown[] | undefined =>
  only !== undefined ? [only] : (several as readonly unknown[] | undefined);

function typeOfValues(schema: Json): string {
  const [first] = valuesOf(schema) ?? [];
  if (first === undefined) return schema['properties'] === undefined ? 'any' : 'object';
  return first === null ? 'null' : typeof first;
}

/** Objects are told apart by the fields that have one value only. */
function nameOf(type: string, { properties }: Json): string {
  if (type !== 'object') return type;
  const marks = Object.entries((properties ?? {}) as Json).flatMap(([name, schema]) => {
    const values = valuesOf(schema as Json);
    return values?.length === 1 ? [`${name}=${JSON.stringify(values[0])}`] : [];
  });
  return [type, ...marks].join(' ');
}

function variantChanges(walk: Walk, where: string, before: Variant, after: Variant): string[] {
  if (before.type === 'object') return objectChanges(walk, where, before.schema, after.schema);
  if (before.type === 'array') return arrayChanges(walk, where, before.schema, after.schema);
  return valueChanges(walk, where, before.schema, after.schema);
}

function objectChanges(walk: Walk, where: string, before: Json, after: Json): string[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const shared = Object.keys(old.fields).filter((name) => name in now.fields);
  const inside = shared.flatMap((name) => changes(walk, `${where}.${name}`, old.fields[name], now.fields[name]));
  const gone = Object.keys(old.fields).filter((name) => !(name in now.fields));
  const values = [before['additionalProperties'], after['additionalProperties']];
  return [
    ...gone.map((name) => `${where}.${name} is gone`),
    ...(walk.direction === 'sent'
      ? now.required.filter((name) => !old.required.includes(name)).map((name) => `${where}.${name} is required now`)
      : old.required
          .filter((name) => name in now.fields && !now.required.includes(name))
          .map((name) => `${where}.${name} may be missing now`)),
    ...inside,
    ...(values.every((each) => typeof each === 'object') ? changes(walk, `${where}.*`, values[0], values[1]) : []),
  ];
}

const fieldsOf = ({ properties, required }: Json) => ({
  fields: (properties ?? {}) as Json,
  required: (required ?? []) as readonly string[],
});

function arrayChanges(walk: Walk, where: string, before: Json, after: Json): string[] {
  const [old, now] = [itemsOf(before), itemsOf(after)];
  const inside = old.flatMap((item, index) => {
    const other = now[index];
    return other === undefined ? [`${where}[${index}] is gone`] : changes(walk, `${where}[]`, item, other);
  });
  return [...inside, ...(walk.direction === 'sent' ? narrowed(where, before, after) : [])];
}

const itemsOf = ({ items, prefixItems }: Json): readonly unknown[] => [prefixItems ?? items ?? {}].flat();

function valueChanges({ direction }: Walk, where: string, before: Json, after: Json): string[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const sameForm = ['format', 'pattern'].every((key) => before[key] === after[key]);
  const form = sameForm ? [] : [`${where} has another form`];
  if (direction === 'shown') return old !== undefined && now === undefined ? [`${where} may be anything now`] : form;
  const lost = now === undefined ? [] : (old ?? ['anything']).filter((value) => !now.includes(value));
  const isFree = now === undefined && after['format'] === undefined && after['pattern'] === undefined;
  return [
    ...lost.map((value) => `${where} may not be ${value} any more`),
    ...(isFree ? [] : form),
    ...narrowed(where, before, after),
  ];
}

/** The bounds that only let less through. */
function narrowed(where: string, before: Json, after: Json): string[] {
  const bound = (schema: Json, key: string, otherwise: number): number =>
    (schema[key] as number | undefined) ?? otherwise;
  const raised = ['minimum', 'minLength', 'minItems'].filter(
    (key) => bound(after, key, -Infinity) > bound(before, key, key === 'minimum' ? -Infinity : 0),
  );
  const lowered = ['maximum', 'maxLength', 'maxItems'].filter(
    (key) => bound(after, key, Infinity) < bound(before, key, Infinity),
  );
  return [...raised, ...lowered].map((key) => `${where} has the ${key} ${after[key]} now`);
}
