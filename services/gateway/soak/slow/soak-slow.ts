/**
 * The long proof of what one client can do to the others: nothing. Clients that stop reading are cut at their cap, again
 * and again, while memory stays within the caps and the others notice nothing; and what changes too often for anybody to
 * read is conflated, beside messages of which none may be.
 */

import { startFleet } from '../../test/gateway-fleet.ts';
import { memoryProbe } from '../../test/memory-probe.ts';
import { startRawClients } from '../../test/raw-clients.ts';
import { type Conflated, type ConflatedOptions, runConflated } from './conflated.ts';
import { runStalled, type Stalled, type StalledOptions } from './stalled.ts';

export interface SlowSoakOptions {
  readonly stalled: Omit<StalledOptions, 'report'>;
  readonly conflated: Omit<ConflatedOptions, 'report'>;
  readonly report: (line: string) => void;
}

export interface SlowSoakResult {
  readonly ok: boolean;
  readonly stalled: Omit<Stalled, 'problems'>;
  readonly conflated: Omit<Conflated, 'problems'>;
  readonly problems: readonly string[];
}

/** Runs on servers of its own and leaves nothing behind. @throws when something does not start */
export async function soakSlow({ stalled, conflated, report }: SlowSoakOptions): Promise<SlowSoakResult> {
  await using opened = new AsyncDisposableStack();
  const fleet = await startFleet();
  opened.defer(() => fleet.stop());
  const clients = startRawClients();
  opened.defer(() => clients.stop());
  const memory = memoryProbe();
  opened.defer(async () => memory.remove());
  const env = { SOCKET_BUFFER_BYTES: String(stalled.capBytes) };
  const gateway = await fleet.start({ nodeName: 'one', env, flags: memory.flags });
  const inUse = async (): Promise<number> => {
    const { heapUsed, external } = await memory.collected(gateway.pid);
    return heapUsed + external;
  };

  const conflation = await runConflated({ ...conflated, report }, fleet, gateway, clients);
  const rounds = await runStalled({ ...stalled, report }, fleet, { gateway, inUse }, clients);
  const { problems: ofConflation, ...conflatedFigures } = conflation;
  const { problems: ofRounds, ...stalledFigures } = rounds;
  const problems = [...ofConflation, ...ofRounds];
  return { ok: problems.length === 0, stalled: stalledFigures, conflated: conflatedFigures, problems };
}
