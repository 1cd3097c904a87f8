import type { Arguments } from '../command-line.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { dataFolder } from '../paths.ts';
import { currentSupervisor, dataFolderAt, type PlatformState, readState } from '../platform/data-folder.ts';
import { infrastructureAnswers, problemsOf } from '../platform/readiness.ts';
import { gatewaysOf } from '../platform/topology.ts';

type ReplicaStatus = 'ready' | 'unready' | 'restarting';

/** The shape that scripts read; see "Command line" in the project's contracts. */
interface Status {
  readonly ready: boolean;
  readonly gateways: readonly string[];
  readonly services: readonly {
    readonly name: string;
    readonly replica: number;
    readonly pid: number | null;
    readonly state: ReplicaStatus;
    readonly restarts: number;
    readonly rpcPort: number | null;
    readonly opsPort: number;
  }[];
  readonly infrastructure: PlatformState['infrastructure'];
}

const NOTHING: Status = {
  ready: false,
  gateways: [],
  services: [],
  infrastructure: { postgres: { pid: null, url: '' }, nats: { pid: null, url: '' }, redis: { pid: null, url: '' } },
};

export async function run(args: Arguments): Promise<ExitCode> {
  const folder = dataFolderAt(dataFolder(args.text('data-dir')));
  const state = currentSupervisor(folder) === undefined ? undefined : readState(folder);
  const status = state === undefined ? NOTHING : await observe(state);
  if (args.flag('json')) console.log(JSON.stringify(status));
  else console.log(state === undefined ? `nothing runs in ${folder.path}` : describe(status));
  return status.ready ? EXIT.ok : EXIT.notReady;
}

/** What the supervisor wrote down, and what the processes themselves say right now. */
async function observe(state: PlatformState): Promise<Status> {
  const services = await Promise.all(
    state.services.map(async ({ service, replica, pid, restarts, rpcPort, opsPort }) => {
      const answered: ReplicaStatus = (await problemsOf(opsPort)).length === 0 ? 'ready' : 'unready';
      return {
        name: service,
        replica,
        pid,
        state: pid === null ? ('restarting' as const) : answered,
        restarts,
        rpcPort,
        opsPort,
      };
    }),
  );
  const servers = state.infrastructure !== null && (await infrastructureAnswers(state.infrastructure));
  const ready = state.started && servers && services.every((service) => service.state === 'ready');
  const infrastructure = state.infrastructure ?? NOTHING.infrastructure;
  return { ready, gateways: gatewaysOf(state.services), services, infrastructure };
}

function describe(status: Status): string {
  return [
    status.ready ? 'ready' : 'not ready',
    ...status.gateways.map((url) => `  ${url}`),
    ...status.services.map(({ name, replica, state, pid, restarts, rpcPort, opsPort }) => {
      const ports = `${rpcPort === null ? '' : `rpc ${rpcPort}, `}ops ${opsPort}`;
      return `  ${`${name} ${replica}`.padEnd(14)} ${state.padEnd(10)} process ${pid ?? '-'}, ${ports}, restarts ${restarts}`;
    }),
    ...Object.entries(status.infrastructure ?? {}).map(
      ([name, { pid, url }]) => `  ${name.padEnd(14)} ${pid === null ? 'not ours' : `process ${pid}`}, ${url}`,
    ),
  ].join('\n');
}
