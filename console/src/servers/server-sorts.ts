import { serversListSort, serversListState } from '@tidegate/client/generated/choices';

/** What the list of servers can be ordered by, as its operation says. */
export const SERVER_SORTS = serversListSort;
export const STATES = serversListState;
