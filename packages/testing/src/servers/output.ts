/** A process's output, kept to explain why it ended. */
import type { ChildProcess } from 'node:child_process';
import { fstatSync, openSync, readFileSync } from 'node:fs';

const TAIL_CHARACTERS = 4000;

/** A descriptor that appends to `file`, and the end of what was appended since. */
export function keepInFile(file: string): { readonly descriptor: number; readonly tail: () => string } {
  const descriptor = openSync(file, 'a', 0o600);
  const before = fstatSync(descriptor).size;
  const tail = (): string => readFileSync(file).subarray(before).toString().slice(-TAIL_CHARACTERS).trimEnd();
  return { descriptor, tail };
}

export function keepInMemory(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-TAIL_CHARACTERS);
    });
  }
  return () => text.trimEnd();
}
