/** Before a failed run is tried again: 1 s, 2, 4, 8, 16, 32, 60, 60, ... */
export function retryPauseMs(failures: number): number {
  return Math.min(1000 * 2 ** (failures - 1), 60_000);
}
