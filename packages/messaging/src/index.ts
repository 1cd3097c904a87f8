export {
  type Announcement,
  type AnnouncementOptions,
  announce,
  announcement,
  causedBy,
  type OutboxRow,
  outboxRow,
} from './announce.ts';
export { backoffMs, eventRetryMs } from './backoff.ts';
export { type Broker, type BrokerConfig, type BrokerOptions, openBroker } from './broker.ts';
export { type Bus, type BusOptions, openBus } from './bus.ts';
export { type ConsumersOptions, consumers } from './consumer/consumers.ts';
export { replayDeadLetter } from './consumer/dead-letters.ts';
export { type Batch, type Consumer, defineConsumer, type Incoming, isEvent } from './consumer/define.ts';
export { resetInbox } from './consumer/inbox.ts';
export {
  type Attributes,
  type Delivery,
  decodeBody,
  decodeHeaders,
  type Envelope,
  encodeBody,
  encodeHeaders,
  MalformedEvent,
  MESSAGE_ID_HEADER,
  REPLAYED_HEADER,
} from './envelope.ts';
export { type BucketOptions, type Lease, type LeaseOptions, lease, openBucket } from './lease.ts';
export { outboxRelay, type RelayOptions } from './outbox/relay.ts';
export type { Relay } from './outbox/relay-loop.ts';
export { type ReplayRange, replay } from './outbox/replay.ts';
export { createStream, ensureStream, type StreamOptions, streamConfig } from './stream.ts';
export { activeTraceparent, contextOf, traceparentOf } from './trace-context.ts';
