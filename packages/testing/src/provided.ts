/** What the global setup hands to every test file, as `inject('natsUrl')`. */
declare module 'vitest' {
  export interface ProvidedContext {
    /** The administrator's address of the shared PostgreSQL server, naming the database `postgres`. */
    postgresUrl: string;
    natsUrl: string;
    redisUrl: string;
  }
}

/** The template of a database that has the platform's tables and no service's. */
export const PLATFORM = 'platform';

export const templateName = (service: string): string => `template_${service}`;
