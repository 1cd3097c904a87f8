import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it, test } from 'vitest';
import { publicFace } from '../areas.ts';
import { CLOSE_CODES } from '../socket/close-codes.ts';
import { shakeHands } from '../socket/handshake.ts';
import { asyncApiDocument } from './async-api.ts';
import { handshakeExamples } from './handshake-auth.ts';

const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;

interface Message {
  readonly name: string;
  readonly payload: object;
  readonly headers?: object;
  readonly examples: readonly { readonly payload: unknown; readonly headers?: unknown }[];
  readonly 'x-class'?: string;
  readonly 'x-ack'?: { readonly $ref: string };
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

const { events, commands } = publicFace;
const document = asyncApiDocument(publicFace);
const messages = document.components.messages as unknown as Readonly<Record<string, Message>>;
const operations = document.operations as Readonly<Record<string, Operation>>;

const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);

/** A schema of the document, which may point to others of it. */
function validatorOf(schema: object): ValidateFunction {
  const { schemas } = document.components;
  return ajv.compile({ ...schema, components: { schemas } });
}

/** What a reference of the document leads to. */
const at = (reference: string): unknown =>
  reference
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((node, key) => (node as Readonly<Record<string, unknown>> | undefined)?.[key], document);

describe('the protocol document', () => {
  it('is AsyncAPI 3.0 by its official schema', () => {
    const validate = ajv.compile(official);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, asyncapi: '2.6.0' })).toBe(false);
    expect(
      validate({ ...document, operations: { x: { action: 'subscribe', channel: { $ref: '#/channels/all' } } } }),
    ).toBe(false);
  });

  it('points to nothing that is not in it', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to = '']) => to);
    expect(references.length).toBeGreaterThan(30);
    expect(references.filter((to) => at(to) === undefined)).toEqual([]);
  });

  it('has every event on its channels, with its class, and the place that it tells', () => {
    for (const event of events) {
      const { name } = event;
      expect(messages[name]).toMatchObject({ name, 'x-class': event.class });
      expect(messages[name]?.headers === undefined).toBe('placeless' in event);
      for (const where of ['socket', 'user', 'room', 'all'] as const) {
        const received = operations[`receive.${where}`]?.messages.map(({ $ref }) => $ref.split('/').at(-1));
        expect(received?.includes(name)).toBe((event.on as readonly string[]).includes(where));
      }
    }
  });

  it('has every command with its ack and its refusal', () => {
    const sent = Object.entries(operations).filter(([, { action }]) => action === 'send');
    expect(sent.map(([name]) => name)).toEqual(commands.map(({ event }) => event));
    for (const [name, { messages: asked, reply }] of sent) {
      expect(asked).toEqual([{ $ref: `#/channels/socket/messages/${name}` }]);
      expect(reply?.messages.map(({ $ref }) => at($ref))).toEqual(
        [`${name}.ack`, 'refused'].map((message) => ({ $ref: `#/components/messages/${message}` })),
      );
      expect(messages[name]?.['x-ack']).toEqual({ $ref: `#/components/messages/${name}.ack` });
    }
  });

  it('has every close code, in the range that says what to do', () => {
    expect(Object.fromEntries(document['x-close-codes'].map(({ reason, code }) => [reason, code]))).toEqual(
      CLOSE_CODES,
    );
    for (const { code, comeBack } of document['x-close-codes']) {
      const ranges = document['x-close-code-ranges'].filter(({ from, to }) => from <= code && code <= to);
      expect(ranges).toMatchObject([{ comeBack }]);
      expect(document.info.description).toContain(`${ranges[0]?.from}-${ranges[0]?.to}`);
    }
  });
});

test.for(Object.keys(messages))('the examples of %s are what its schema and its parser say', (name) => {
  const { payload, headers, examples } = messages[name] as Message;
  expect(examples.length).toBeGreaterThan(0);
  const validate = validatorOf(payload);
  for (const example of examples) {
    validate(example.payload);
    expect(validate.errors).toBeNull();
    expect(headers === undefined || validatorOf(headers)(example.headers)).toBe(true);
  }
  expect(validate('nothing of the kind')).toBe(false);
});

test.for(commands)('the example of $event is parsed, and answered to the last field', ({ payload, ack, example }) => {
  expect(payload.safeParse(example.payload).error).toBeUndefined();
  expect(ack.parse(example.data)).toEqual(example.data);
});

test.for(events)('the examples of $name have no field that it does not know', (event) => {
  for (const example of event.examples) expect(event.data.parse(example)).toEqual(example);
});

test.for(handshakeExamples)('the handshake %j is accepted', async (auth) => {
  const schema = document['x-handshake'].auth;
  expect(validatorOf(schema)(auth)).toBe(true);
  expect(validatorOf(schema)({ ...auth, v: 2 })).toBe(false);
  const principal = {} as never;
  expect(await shakeHands(auth, { verify: async () => principal })).toMatchObject({ principal });
});
