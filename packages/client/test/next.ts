import type { Connection } from '../src/index.ts';

/** The next time the connection tells this. */
export const next = (from: Connection, name: string): Promise<unknown> =>
  new Promise((resolve) => {
    const stop = from.on(name, (data) => {
      stop();
      resolve(data);
    });
  });
