import { serversStatementsSort } from '@tidegate/client/generated/choices';

/** What the list of statements can be ordered by, as its operation says. */
export const STATEMENT_SORTS = serversStatementsSort;
