/**
 * Adds a service's own code to the folder that an image holds: `node bundle.ts <service> <folder>`.
 *
 * Our sources become three files (main, migrate, telemetry). Third-party packages stay packages in node_modules, where
 * `pnpm deploy` has put them: tracing patches them when they are loaded, and argon2 brings a binary. Our own cannot
 * stay: Node does not strip types under node_modules.
 */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [service, out] = process.argv.slice(2);
if (service === undefined || out === undefined || !existsSync(join(root, 'services', service))) {
  console.error('usage: node deploy/docker/bundle.ts <service> <folder>');
  process.exit(2);
}
const serviceDir = join(root, 'services', service);

const onlyOurOwn: Plugin = {
  name: 'bundle only our own packages',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || path.startsWith('@fanfare/') ? null : { path, external: true },
    );
  },
};

await build({
  entryPoints: {
    main: join(serviceDir, 'src/main.ts'),
    migrate: join(root, 'packages/database/src/migrate-main.ts'),
    telemetry: join(root, 'packages/kit/src/telemetry/register.ts'),
  },
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  sourcemap: true,
  plugins: [onlyOurOwn],
});
// What `pnpm deploy` copied of us is in the bundle now.
for (const copy of ['src', 'test', 'manifest.ts', 'node_modules/@fanfare'])
  rmSync(join(out, copy), { recursive: true, force: true });
cpSync(join(root, 'packages/database/platform'), join(out, 'platform'), { recursive: true });
writeFileSync(join(out, 'package.json'), `${JSON.stringify({ name: `fanfare-${service}`, type: 'module' })}\n`);
