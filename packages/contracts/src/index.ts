export * from './edge.ts';
export { type EventType, type JsonCodec, producerOf, streamOf } from './events.ts';
export { events } from './generated/events.ts';
export * from './services.ts';
