/** Columns that the server sorts bots by. */
export const BOT_SORTS = ['name', 'profit', 'trades'] as const;
