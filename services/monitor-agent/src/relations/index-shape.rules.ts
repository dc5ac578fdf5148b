/** What an index is made of. Columns are attribute numbers, 0 for an expression. */
export interface IndexFacts {
  keys: number[];
  include: number[];
  /** Operator classes, collations and directions, by key column. */
  classes: number[];
  collations: number[];
  options: number[];
  /** Hashes; null where there are none. */
  expressions: string | null;
  predicate: string | null;
  /** Of the index and of its operator classes, as text. */
  parameters: string;
  /** Primary key, unique or exclusion constraint that it backs. */
  constraint: 'p' | 'u' | 'x' | null;
  replicaIdentity: boolean;
  clustered: boolean;
  /** Part of the index of a partitioned table, which alone can be dropped. */
  attached: boolean;
  extension: boolean;
  /** Foreign keys of the table whose columns it begins with. */
  foreignKeys: string[];
}

export interface IndexShape {
  method: string;
  /** Key columns in order, `(expression)` for an expression. */
  columns: string[];
  facts: IndexFacts;
}
