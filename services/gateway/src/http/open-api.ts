/** The reference: OpenAPI 3.1 at /openapi.json, made of the routes' own schemas, and a page at /docs that needs no network. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyContextConfig, FastifySchema } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { errorBody } from '../present/error.ts';
import { withoutNoise } from '../protocol/json-schema.ts';
import type { App } from './app-type.ts';
import { envelopeSchema } from './envelope.ts';

const DESCRIPTION = `Answers are \`{success, message, data, timestamp}\`, refusals
\`{success: false, message, errors, code, kind, retryable, details, requestId, timestamp}\`. Ids are numbers, money is
a decimal string, times are ISO 8601. Lists are \`{items, nextCursor}\`; pass \`nextCursor\` as \`cursor\` for the next
page. A POST that moves money takes an \`Idempotency-Key\`: repeated under the same key it answers the same and happens
once; without one, a key is made and returned in that header. What makes something answers 201, at a repeat too;
everything else 200.`;

const idempotencyKey = z.object({
  'idempotency-key': z.string().min(1).max(128).optional().meta({ description: 'Printable ASCII.' }),
});

const toJson = { zodToJsonConfig: { override: withoutNoise } };
const jsonSchemaTransform = createJsonSchemaTransform(toJson);
const jsonSchemaTransformObject = createJsonSchemaTransformObject(toJson);

/** Register it before the routes: it collects them as they come. */
export async function serveReference(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Fanfare',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'Where this document is served.' }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: (document) => {
      const schema = completed(document.schema as FastifySchema | undefined, document.route.config ?? {});
      const transformed = jsonSchemaTransform({ ...document, schema } as typeof document);
      if (document.route.config?.movesMoney === true) describeKey(transformed.schema);
      return transformed;
    },
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  });
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { validatorUrl: null, deepLinking: true } });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

/** What routes do not repeat: the envelope, the refusal, who may call, the idempotency key. */
function completed(
  schema: FastifySchema | undefined,
  config: Partial<FastifyContextConfig>,
): FastifySchema | undefined {
  if (schema?.response === undefined) return schema;
  const wrap = (answer: z.ZodType): z.ZodType => (config.envelope === false ? answer : envelopeSchema(answer));
  const wrapped = Object.entries(schema.response as Record<string, z.ZodType>).map(([status, answer]) => [
    status,
    wrap(answer),
  ]);
  return {
    ...schema,
    response: { ...Object.fromEntries(wrapped), default: errorBody },
    security: config.access === 'public' ? [] : config.access === 'optional' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    ...(config.movesMoney === true && { headers: idempotencyKey }),
  };
}

/** Under which key a money command ran, whether it was the client's or made here. */
const RETURNED_KEY = {
  type: 'string',
  description: 'The key it ran under: the one that was sent, else one that was made. Send it to repeat this command.',
};

function describeKey({ response }: FastifySchema): void {
  for (const [status, answer] of Object.entries(response as Record<string, Record<string, unknown>>)) {
    if (status !== 'default') answer['headers'] = { 'Idempotency-Key': RETURNED_KEY };
  }
}

/** Every named schema is made twice, as sent and as received; of most only one is referred to. */
function withoutUnused<D extends object>(document: D): D {
  const { components } = document as { readonly components?: { readonly schemas?: Record<string, unknown> } };
  const all = components?.schemas ?? {};
  const used = new Set<string>();
  const waiting = [JSON.stringify({ ...document, components: undefined })];
  for (let text = waiting.pop(); text !== undefined; text = waiting.pop()) {
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      waiting.push(JSON.stringify(all[name]));
    }
  }
  const schemas = Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name)));
  return { ...document, components: { ...components, schemas } };
}
