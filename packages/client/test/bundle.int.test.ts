/** What an app's users download. */
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ENTRY = new URL('../src/index.ts', import.meta.url).pathname;
const BYTES_MOST = 25_000;

async function bundle(external: string[]) {
  // For browsers: anything of Node that is imported does not resolve, and the build fails.
  const options = { bundle: true, minify: true, write: false, metafile: true, logLevel: 'silent' } as const;
  const { outputFiles, metafile } = await build({
    ...options,
    entryPoints: [ENTRY],
    format: 'esm',
    platform: 'browser',
    external,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('nothing was built');
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path));
  return { text: file.text, gzipped: gzipSync(file.contents).length, imports };
}

test('for browsers the SDK is small, and needs nothing but socket.io-client', async () => {
  const own = await bundle(['socket.io-client']);
  const whole = await bundle([]);
  console.log(`the SDK: ${own.gzipped} bytes minified and gzipped, ${whole.gzipped} with socket.io-client`);
  expect(own.gzipped).toBeLessThan(BYTES_MOST);
  expect(own.imports).toEqual(['socket.io-client']);
  expect(whole.imports).toEqual([]);
  expect(own.text).not.toMatch(/\b(process|Buffer|require|__dirname)\b/);
});
