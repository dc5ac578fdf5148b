import { useParams, useSearch } from '@tanstack/react-router';
import { type InputOf, isOnOnePage, type OperationName, type Pages, usePagesOf } from './api.ts';
import { searchOf, type TableSearch } from './table-view.rules.ts';

/** What a table has to know of it: which orders are the server's, and in which of them its rows came. */
export interface ServerSorted {
  sorts: readonly string[];
  sorted: string | undefined;
}

interface Options<N extends OperationName> {
  /** The orders of the operation, as `choices.ts` has them; those of the table are called the same. */
  sorts: readonly NonNullable<(InputOf<N> & { sort?: string })['sort']>[];
  /** As of the table. */
  part?: string;
  everyMs?: number;
  /** What belongs to the person, wherever they are. */
  own?: true;
}

/**
 * A list whose table is sorted by its headings: as the address says (`by`), and by the server wherever there is more than one
 * page. What is on one page the table sorts by itself, at once and without asking.
 */
export function useSortedPages<N extends OperationName>(
  name: N,
  input: InputOf<N>,
  { sorts, part, everyMs, own }: Options<N>,
): Pages<N> & { table: ServerSorted } {
  const { org: ofPage } = useParams({ strict: false }) as { org?: string };
  const org = own ? null : (ofPage ?? null);
  const { by } = searchOf(useSearch({ strict: false }) as TableSearch, part);
  const sort = isOnOnePage(org, name, input) ? undefined : sorts.find((one) => one === by);
  const pages = usePagesOf(org, name, (sort ? { ...(input as object), sort } : input) as InputOf<N>, everyMs);
  // What is shown until the answer comes is in the order before.
  return { ...pages, table: { sorts, sorted: pages.isPlaceholderData ? undefined : sort } };
}
