import { z } from 'zod';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** One page of a list; `nextCursor` is null on the last one. */
export const page = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** The last page has an empty cursor on the wire and null at the edge. */
export const pageOf = <S, T>(items: readonly S[], nextCursor: string, present: (item: S) => T): Page<T> => ({
  items: items.map(present),
  nextCursor: nextCursor === '' ? null : nextCursor,
});
