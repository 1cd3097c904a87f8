/** Every service in this process, each on its own ports: what development and small installations run. */
import { pathToFileURL } from 'node:url';
import { composeService, createLogger, type Environment, runService, type Service } from '@fanfare/kit';
import { serviceFolder } from './paths.ts';
import { SHARED_ENVIRONMENT } from './platform/service-process.ts';
import { ALL_IN_ONE } from './platform/topology.ts';

interface Assignment {
  readonly service: string;
  readonly env: Environment;
}

type Create = (config: unknown) => Promise<Service>;
type ReadConfig = (env: Environment) => unknown;

/** `createEconomyService` of services/economy, called with what its `readConfig` makes of its own variables. */
async function createOne({ service, env }: Assignment, inherited: Environment): Promise<Service> {
  const name = service.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
  const create = await exported<Create>(service, 'service.ts', `create${name}Service`);
  const readConfig = await exported<ReadConfig>(service, 'config.ts', 'readConfig');
  return create(readConfig({ ...inherited, ...env }));
}

async function exported<T>(service: string, file: string, name: string): Promise<T> {
  const path = `${serviceFolder(service)}/src/${file}`;
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  if (typeof module[name] !== 'function') throw new Error(`${path} does not export a function ${name}`);
  return module[name] as T;
}

async function createAll(inherited: Environment): Promise<Service> {
  const assignments = JSON.parse(inherited[SHARED_ENVIRONMENT] ?? '[]') as readonly Assignment[];
  const services: Service[] = [];
  for (const assignment of assignments) services.push(await createOne(assignment, inherited));
  const log = createLogger(ALL_IN_ONE, inherited['LOG_LEVEL'] ?? 'info');
  return composeService(ALL_IN_ONE, services, { log, shutdownTimeoutMs: 9000 });
}

await runService(() => createAll(process.env));
