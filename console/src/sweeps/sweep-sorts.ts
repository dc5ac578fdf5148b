import { sweepsResultsSort } from '@tidegate/client/generated/choices';

/** Columns that the server sorts the results of a sweep by. */
export const RESULT_SORTS = sweepsResultsSort.filter((one) => one !== 'rank');
