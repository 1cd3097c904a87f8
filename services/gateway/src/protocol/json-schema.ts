/** zod to JSON Schema draft-07, which is what AsyncAPI takes. */
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface SchemaCollector {
  /** As it is sent: what is read from text or filled in afterwards does not show. */
  readonly of: (schema: z.ZodType) => JsonSchema;
  /** Every named schema that was met, once. */
  readonly named: Readonly<Record<string, JsonSchema>>;
}

/** Named schemas become references to `root`, where the document is to put what is in `named`. */
export function collectSchemas(root: string): SchemaCollector {
  const named: Record<string, JsonSchema> = {};
  const pointed = (schema: unknown): JsonSchema =>
    JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/definitions/', `"$ref":"${root}/`));
  return {
    named,
    of: (schema) => {
      const made = z.toJSONSchema(schema, { target: 'draft-7', io: 'input', override: withoutNoise });
      const { $schema: _, definitions, ...own } = made;
      for (const [name, definition] of Object.entries(definitions ?? {})) named[name] = pointed(definition);
      return pointed(own);
    },
  };
}

/** What says nothing to a reader: the pattern beside `date-time`, and that a whole number is one that JSON can hold. */
export function withoutNoise({ jsonSchema: made }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (made.format === 'date-time') delete made.pattern;
  if (made.minimum !== Number.MIN_SAFE_INTEGER) return;
  delete made.minimum;
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum;
}
