/** What every benchmark needs: what it was measured on, what processes used of the machine, and percentiles. */
export { processCpuSeconds, serverCpuSeconds } from './cpu.ts';
export { residentBytes } from './memory.ts';
export { medianOf, type Percentiles, percentilesOf } from './percentiles.ts';
export { type Hardware, hardwareOf, type Machine, machineOf } from './rig.ts';
