/** What the list of statements can be ordered by, as its operation says. */
export const STATEMENT_SORTS = ['totalMs', 'calls', 'meanMs', 'rows', 'ioReadMs', 'walBytes'] as const;
