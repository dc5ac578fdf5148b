/** What `ilike` takes to find texts that contain this one; null: nothing is searched for. */
export const containing = (search: string | undefined): string | null =>
  search === undefined ? null : `%${search.replace(/[\\%_]/g, '\\$&')}%`;
