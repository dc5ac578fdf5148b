import { serversIndexesSort, serversTablesSort } from '@tidegate/client/generated/choices';

/** What the list of tables can be ordered by, as its operation says. */
export const TABLE_SORTS = serversTablesSort;
export const INDEX_SORTS = serversIndexesSort;
