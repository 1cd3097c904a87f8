export * from './edge.ts';
export * from './events.ts';
