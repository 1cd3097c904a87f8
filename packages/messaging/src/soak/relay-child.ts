import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RelayChild {
  readonly process: ChildProcess;
  /** Resolves when it runs, whether or not it leads. */
  readonly contends: Promise<void>;
  /** Resolves when it leads, now or later. */
  readonly leads: Promise<void>;
  /** `kill -9`; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
}

/** Starts a relay in a process of its own. @param failOneIn lets that share of its publishes fail; 0 none */
export function spawnRelay(service: string, databaseUrl: string, natsUrl: string, failOneIn = 0): RelayChild {
  const program = fileURLToPath(new URL('relay-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, service, databaseUrl, natsUrl, String(failOneIn)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const says = (word: string): Promise<void> => {
    const said = new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes(word) && resolve());
      child.once('exit', (code, signal) =>
        reject(new Error(`the relay ended before it was ${word}: ${code ?? signal}`)),
      );
    });
    // Whoever does not wait for it has no use for its failure.
    said.catch(() => undefined);
    return said;
  };
  return {
    process: child,
    contends: says('contending'),
    leads: says('leading'),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
