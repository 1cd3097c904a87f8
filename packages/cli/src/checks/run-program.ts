import { spawn } from 'node:child_process';
import { ROOT } from '../paths.ts';
import { type Check, failed, passed } from './check.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  /** Both streams as they came. */
  readonly output: string;
}

/** Runs a program in the repository without stdin. Never rejects: one that cannot start ends with code null. */
export function runProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, output] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('error', (error) => resolve({ code: null, stdout, output: error.message }));
    child.once('close', (code) => resolve({ code, stdout, output }));
  });
}

/** A check that passes when the program ends with 0. */
export function programCheck(name: string, areas: readonly string[], command: string, args: readonly string[]): Check {
  return {
    name,
    areas,
    run: async () => {
      const { code, output } = await runProgram(command, args);
      return code === 0 ? passed() : failed(output.trim());
    },
  };
}
