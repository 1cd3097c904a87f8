/** How the figures of every benchmark are written. Pure. */
import type { Hardware, Machine } from '@fanfare/testing/measure';

export type Row = readonly string[];

/** What they were measured on; `more` servers and libraries beside PostgreSQL, which need not be there. */
export function rigLines(
  hardware: Machine & Partial<Pick<Hardware, 'postgres' | 'settings'>>,
  more: Readonly<Record<string, string>> = {},
): readonly string[] {
  const { cores, cpu, memory_gb, os, node, postgres, settings = {} } = hardware;
  const all = { Node: node, ...more, ...(postgres === undefined ? {} : { PostgreSQL: postgres }) };
  const versions = Object.entries(all).map(([what, is]) => `${what} ${is}`);
  const shown = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const configured = shown.length === 0 ? '' : `: ${shown.join(', ')}`;
  return [`${cores} cores (${cpu}), ${memory_gb} GB, ${os}`, `${versions.join(', ')}${configured}`];
}

/** Names to the left, figures to the right. */
export function aligned(rows: readonly Row[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const percent = (share: number): string => `${(share * 100).toFixed(0)}%`;
export const times = (ratio: number): string => `${ratio.toFixed(1)} times`;

/** For `JSON.stringify`: thousandths are more than any of these figures is good for. */
export const rounded = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
