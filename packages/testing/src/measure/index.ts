/** What every benchmark needs: what it was measured on, what a server used of the processors, and percentiles. */
export { serverCpuSeconds } from './cpu.ts';
export { medianOf, type Percentiles, percentilesOf } from './percentiles.ts';
export { type Hardware, hardwareOf } from './rig.ts';
