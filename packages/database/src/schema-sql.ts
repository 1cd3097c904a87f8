/**
 * The SQL that Prisma would write for a schema file. Runs Prisma's schema engine as WebAssembly: the native engine is a
 * download that many networks refuse. For checks and for writing migrations; no service needs it at run time.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

type Glue = Record<string, (...args: unknown[]) => unknown>;

// TypeScript describes WebAssembly only in the DOM library.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly __wbindgen_start: () => void } };
};

// The glue keeps its instance in a module variable, which the module graphs of a test runner share: one per process.
const KEY = Symbol.for('fanfare.schema-engine');
const globals = globalThis as { [KEY]?: typeof SchemaEngine };

/**
 * The statements that take an empty database to `schemaFile`. CHECKs, partial indexes and triggers are not in it.
 * @param url any database of the server: the engine wants a connection, though it has nothing to ask
 */
export async function schemaSql(schemaFile: string, url: string): Promise<string> {
  const content = readFileSync(schemaFile, 'utf8');
  const files = [{ path: 'schema.prisma', content }];
  // The engine never closes what it opened: the pool is ours to end.
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const engine = await loadEngine().new({ datamodels: [['schema.prisma', content]] }, () => {}, adapter);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'empty' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return stdout ?? '';
  } finally {
    engine.free();
    await pool.end();
  }
}

function loadEngine(): typeof SchemaEngine {
  if (globals[KEY] !== undefined) return globals[KEY];
  // The engine reports a panic through this global, and crashes without it.
  const registry = { set_message: (text: string): void => console.error(`schema engine panicked: ${text}`) };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: registry });
  const path = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const imports: Glue = {};
  for (const [name, call] of Object.entries(glue as unknown as Glue)) {
    // It never clears its ten-second lock timer, which must not keep the process alive.
    imports[name] = name.startsWith('__wbg_setTimeout')
      ? (...args: unknown[]): unknown => (call(...args) as NodeJS.Timeout).unref()
      : call;
  }
  const module = new WebAssembly.Module(readFileSync(path.replace(/\.js$/, '.wasm')));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': imports });
  (glue as unknown as Glue)['__wbg_set_wasm']?.(instance.exports);
  instance.exports.__wbindgen_start();
  globals[KEY] = (glue as unknown as { SchemaEngine: typeof SchemaEngine }).SchemaEngine;
  return globals[KEY];
}
