/**
 * What a store needs of a connection. A pg client, a pool and a transaction all are one, so that a function that runs
 * inside somebody's transaction and one that runs alone look the same.
 */
export interface Sql {
  /** One statement. int8 and numeric arrive as text: convert with BigInt. */
  query<Row extends object>(text: string, values?: unknown[]): Promise<SqlResult<Row>>;
}

export interface SqlResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number | null;
}

/** The one row of a statement that always has one. */
export function one<Row>(result: SqlResult<Row>): Row {
  const [row] = result.rows;
  if (row === undefined || result.rows.length > 1) throw new Error(`expected one row, got ${result.rows.length}`);
  return row;
}
