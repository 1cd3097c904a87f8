export * from './edge.ts';
export * from './events.ts';
export * from './services.ts';
