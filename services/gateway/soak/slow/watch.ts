/** A gateway's memory while something goes on, as its own metrics tell it. */
import { setTimeout as delay } from 'node:timers/promises';
import { medianOf } from '@fanfare/testing/measure';
import type { GatewayProcess } from '../../test/gateway-process.ts';

export interface Memory {
  readonly usual_mb: number;
  readonly peak_mb: number;
  /** Most that waited for all clients together. */
  readonly queued_peak_mb: number;
}

const SAMPLE_MS = 250;

export const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

/** Samples until `work` is done. */
export async function watchMemory(gateway: GatewayProcess, work: Promise<unknown>): Promise<Memory> {
  const resident: number[] = [];
  const queued: number[] = [];
  const done = work.then(() => 'done' as const);
  do {
    resident.push(await gateway.metric('process_resident_memory_bytes'));
    queued.push(await gateway.metric('fanfare_sockets_queued_bytes'));
  } while ((await Promise.race([done, delay(SAMPLE_MS, 'sample' as const)])) === 'sample');
  return {
    usual_mb: megabytes(medianOf(resident)),
    peak_mb: megabytes(Math.max(...resident)),
    queued_peak_mb: megabytes(Math.max(...queued)),
  };
}
