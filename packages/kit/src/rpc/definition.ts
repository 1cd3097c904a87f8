/** How ts-proto's generated service definitions become handlers and clients, typed method by method. */

/** The part of a generated method definition that we rely on; all our methods are unary. */
export interface UnaryMethod<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (value: Request) => Buffer;
  readonly requestDeserialize: (bytes: Buffer) => Request;
  readonly responseSerialize: (value: Response) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

// biome-ignore lint/suspicious/noExplicitAny: each method has a request and a response type of its own
export type Definition = Readonly<Record<string, UnaryMethod<any, any>>>;

export type RequestOf<M> = M extends { readonly requestDeserialize: (bytes: Buffer) => infer R } ? R : never;
export type ResponseOf<M> = M extends { readonly responseDeserialize: (bytes: Buffer) => infer R } ? R : never;

/** `fanfare.economy.v1.EconomyService`, out of any method's path. */
export function serviceNameOf(definition: Definition): string {
  const [method] = Object.values(definition);
  const name = method?.path.split('/')[1];
  if (name === undefined) throw new Error('a service definition without methods');
  return name;
}
