/** What the list of tables can be ordered by, as its operation says. */
export const TABLE_SORTS = [
  'totalBytes',
  'sequentialScans',
  'rowsReadSequentially',
  'indexScans',
  'writes',
  'deadRows',
  'name',
] as const;

export const INDEX_SORTS = ['bytes', 'scans', 'rowsRead', 'name'] as const;
