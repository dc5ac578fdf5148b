/** Columns that the server sorts the results of a sweep by. */
export const RESULT_SORTS = ['profit', 'drawdown', 'capital', 'trades'] as const;
