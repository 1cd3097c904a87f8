const BAR_WIDTH = 30;
/** Where nobody watches, a line now and then says that it goes on. */
const LINE_EVERY_MS = 10_000;

/** Shows on stderr how far something is: a bar in a terminal, lines elsewhere. Ends its line when it is done. */
export function progressBar(): (what: string, done: number, total: number) => void {
  let shown = 0;
  return (what, done, total) => {
    if (total === 0) return;
    if (process.stderr.isTTY) {
      const filled = Math.min(BAR_WIDTH, Math.round((BAR_WIDTH * done) / total));
      const end = done >= total ? '\n' : '';
      process.stderr.write(`\r[${'#'.repeat(filled).padEnd(BAR_WIDTH)}] ${what} ${done} of ${total}${end}`);
    } else if (performance.now() - shown > LINE_EVERY_MS) {
      shown = performance.now();
      console.error(`${what}: ${done} of ${total}`);
    }
  };
}
