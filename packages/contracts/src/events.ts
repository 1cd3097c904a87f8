/**
 * What an event is. The catalogue of all of them, `events`, is generated from the protos: a producer announces and a
 * consumer subscribes by its entries only, so that a subject exists in one place.
 */

/** How a message becomes JSON and back; unknown fields are ignored on the way in. */
export interface JsonCodec<T> {
  readonly fromJSON: (json: unknown) => T;
  readonly toJSON: (message: T) => unknown;
}

/** One kind of event. `subject` is `evt.<service>.<entity>.<past_verb>.v<major>`, its body the JSON of the message. */
export interface EventType<T> {
  readonly subject: string;
  readonly codec: JsonCodec<T>;
}

export const event = <T>(subject: string, codec: JsonCodec<T>): EventType<T> => ({ subject, codec });

/** `evt.gifting.gift.sent.v1` -> `gifting`. */
export function producerOf(subject: string): string {
  const [root, service] = subject.split('.');
  if (root !== 'evt' || service === undefined) throw new Error(`not an event subject: ${subject}`);
  return service;
}

/** The stream that keeps a producer's events: `gifting` -> `EVT_GIFTING`, which captures `evt.gifting.>`. */
export const streamOf = (service: string): string => `EVT_${service.toUpperCase()}`;
