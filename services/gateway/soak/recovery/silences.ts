/** How long anybody was shown nothing, who sits on a gateway that nobody has touched. */
export class Silences {
  readonly #lastAt = new Map<object, number>();
  readonly #excused = new Set<string>();
  #longest = 0;

  /** From now on the longest is sought anew. */
  begin(): void {
    this.#longest = 0;
  }

  /** This gateway's viewers are not listened to until it is forgiven. */
  excuse(node: string): void {
    this.#excused.add(node);
  }

  forgive(node: string): void {
    this.#excused.delete(node);
  }

  heard(viewer: object, node: string | undefined): void {
    if (node === undefined || this.#excused.has(node)) {
      this.#lastAt.delete(viewer);
      return;
    }
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - (this.#lastAt.get(viewer) ?? now));
    this.#lastAt.set(viewer, now);
  }

  /** Since `begin`, in whole milliseconds. */
  longestMs(): number {
    return Math.round(this.#longest);
  }
}
