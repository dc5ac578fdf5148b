import { TextInput, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef } from 'react';
import type { Column } from './csv.rules.ts';
import classes from './data-table.module.css';
import { compareNames, figure } from './format.ts';
import { Opener } from './opener.tsx';
import { BETWEEN, useShownRows } from './shown-rows.ts';
import type { ServerSorted } from './sorted-pages.ts';
import { store, stored } from './stored.ts';
import { t } from './strings.ts';
import { TableFoot } from './table-foot.tsx';
import {
  nextOrder,
  orderOf,
  searchOf,
  searchWith,
  shownColumns,
  type TableSearch,
  viewOf,
} from './table-view.rules.ts';

export type { Column };

const LongRows = lazy(async () => ({ default: (await import('./long-rows.tsx')).LongRows }));

interface Props<Row> {
  /** Names the table for those who do not see it, and its CSV file. */
  name: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** The table sorts by itself unless the server does: then `sort` is the key of the column and `onSort` asks for another. */
  sort?: string;
  onSort?: (key: string) => void;
  sortable?: readonly string[];
  /** Those of them that the server sorts from the lowest up. */
  ascending?: readonly string[];
  more?: () => void;
  /** How many rows there are in all, where the server has counted them. */
  total?: number | null | undefined;
  selected?: string;
  /** Shows a row beside the list; its name for who does not see it. */
  opens?: { open: (key: string) => void; label: (row: Row) => string };
  /** Of the second and further tables of a page: what tells their state in the address from the first one's. */
  part?: string;
  /** The page has a box of its own that searches all rows. */
  searched?: true;
  /** Of `useSortedPages`. */
  sorts?: ServerSorted['sorts'];
  sorted?: ServerSorted['sorted'];
}

/** From so many rows on they can be searched here, and only those in sight are drawn. */
const MANY = 12;
const LONG = 300;
/** In letters: a longer one takes two lines where its column would be wide for nothing else. */
const LONG_TITLE = 12;

/** A real table: it can be copied, read aloud and sorted from the keyboard. Its order, its columns and what is searched in it stand in the address. */
export function DataTable<Row>({
  name,
  rows,
  columns,
  rowKey,
  sort,
  onSort,
  sortable,
  ascending,
  more,
  total,
  selected,
  opens,
  part,
  searched,
  sorts,
  sorted,
}: Props<Row>) {
  const { by, find, cols } = searchOf(useSearch({ strict: false }) as TableSearch, part);
  const change = useChange(part);
  const [chosen, toggle] = useColumns(name, columns, cols, change);
  const isServers = by !== undefined && sorts?.includes(by);
  useAllRows(rows.length, !onSort && ((by && !isServers) || find) ? more : undefined);
  const frame = useRef<HTMLDivElement>(null);
  const shown = columns.filter(({ key }) => chosen.has(key));
  // What the server sorts, it searches as well: the page has a box for it.
  const view = useMemo(
    () => (onSort ? rows : viewOf(rows, columns, { by: by === sorted ? undefined : by, find }, compareNames)),
    [rows, columns, by, find, onSort, sorted],
  );
  useShownRows(opens ? view.map(rowKey).join(BETWEEN) : undefined);
  const order = orderOf(by);
  const direction = (key: string) => {
    if (onSort) return key !== sort ? undefined : ascending?.includes(key) ? 'ascending' : 'descending';
    return order.key === key ? (order.down ? 'descending' : 'ascending') : undefined;
  };
  const maySort = (key: string) => (onSort ? (sortable?.includes(key) ?? false) : true);
  const line = (index: number) => {
    const row = view[index] as Row;
    const key = rowKey(row);
    return (
      <tr
        key={key}
        data-selected={key === selected || undefined}
        data-opens-row={opens ? true : undefined}
        aria-rowindex={index + 2}
        onClick={opens && ((event) => isRowItself(event.target) && opens.open(key))}
      >
        {shown.map(({ key: column, value, cell, number, wide }) => (
          <td
            key={column}
            data-number={number || undefined}
            data-wide={wide || undefined}
            title={wide ? String(value(row) ?? '') : undefined}
          >
            {cell ? cell(row) : ((number ? figure(value(row)) : value(row)) ?? '–')}
          </td>
        ))}
        {opens ? (
          <td data-opener>
            <Opener row={key} label={opens.label(row)} onOpen={opens.open} />
          </td>
        ) : null}
      </tr>
    );
  };
  const isLong = view.length > LONG;
  const first = (count: number) => <tbody>{Array.from({ length: count }, (_, index) => line(index))}</tbody>;
  return (
    <>
      {!onSort && (find || (!searched && (rows.length > MANY || more))) ? (
        <TextInput
          type="search"
          size="xs"
          maw={320}
          mb="xs"
          aria-label={t('Search in {name}', { name })}
          placeholder={t('Search in these rows')}
          value={find ?? ''}
          onChange={({ currentTarget }) => change({ find: currentTarget.value || undefined })}
        />
      ) : null}
      <div
        ref={frame}
        className={classes['frame']}
        data-long={isLong || undefined}
        data-scroll-restoration-id={isLong ? name : undefined}
        {...(isLong ? { tabIndex: 0, role: 'region', 'aria-label': name } : {})}
      >
        <table className={classes['table']} aria-label={name} aria-rowcount={view.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {shown.map(({ key, title, number }) => (
                <th
                  key={key}
                  scope="col"
                  data-number={number || undefined}
                  data-long={title.length > LONG_TITLE || undefined}
                  aria-sort={direction(key)}
                >
                  {title === '' ? (
                    <VisuallyHidden>{t('Actions')}</VisuallyHidden>
                  ) : maySort(key) ? (
                    <button
                      type="button"
                      className={classes['sort']}
                      onClick={() => (onSort ? onSort(key) : change({ by: nextOrder(by, key) }))}
                    >
                      {title}
                      <span aria-hidden="true">{ARROWS[direction(key) ?? 'none']}</span>
                    </button>
                  ) : (
                    title
                  )}
                </th>
              ))}
              {opens ? (
                <th scope="col" data-opener>
                  <VisuallyHidden>{t('Beside the list')}</VisuallyHidden>
                </th>
              ) : null}
            </tr>
          </thead>
          {isLong ? (
            <Suspense fallback={first(MANY)}>
              <LongRows count={view.length} columns={shown.length + (opens ? 1 : 0)} frame={frame}>
                {line}
              </LongRows>
            </Suspense>
          ) : view.length > 0 ? (
            first(view.length)
          ) : (
            <tbody>
              <tr>
                <td colSpan={shown.length + (opens ? 1 : 0)} className="quiet">
                  {rows.length > 0 ? t('No row has that.') : t('There is none yet.')}
                </td>
              </tr>
            </tbody>
          )}
        </table>
      </div>
      <TableFoot
        name={name}
        rows={view}
        all={rows.length}
        total={total ?? undefined}
        columns={columns}
        shown={chosen}
        onToggle={toggle}
        search={onSort ? undefined : { by, find }}
        more={more}
      />
    </>
  );
}

/** Neither something in it that does something by itself, nor text that was marked to be copied. */
const isRowItself = (target: EventTarget): boolean =>
  target instanceof Element &&
  !target.closest('a, button, input, label, summary, select') &&
  !getSelection()?.toString();

const ARROWS = { descending: ' ↓', ascending: ' ↑', none: '' };

/** Writes into the address; a way back leads out of the page, not through each letter. */
function useChange(part: string | undefined): (next: TableSearch) => void {
  const navigate = useNavigate();
  return (next) =>
    void navigate({
      to: '.',
      search: (before: object) => searchWith(before, part, next) as never,
      replace: true,
      resetScroll: false,
    });
}

/** So many rows of a list that comes page by page are sorted and searched here. */
const SEARCHED = 1_000;

/** What is sorted or searched is the list and not the part of it that happens to be loaded, so the rest is read. */
function useAllRows(loaded: number, more: (() => void) | undefined): void {
  const asked = useRef(-1);
  useEffect(() => {
    // Not twice for the same rows: a page that cannot be read is not asked for again and again.
    if (!more || loaded >= SEARCHED || asked.current === loaded) return;
    asked.current = loaded;
    more();
  });
}

/** Which columns somebody wants to see stands in the address, and is kept for their next visit. */
function useColumns<Row>(
  name: string,
  columns: readonly Column<Row>[],
  cols: string | undefined,
  change: (next: TableSearch) => void,
): [ReadonlySet<string>, (key: string) => void] {
  const place = `hidden-${name}`;
  const shown = shownColumns(columns as never, cols, stored(place) ?? undefined);
  const toggle = (key: string) => {
    const isShown = (one: Column<Row>) => one.title !== '' && (one.key === key) !== shown.has(one.key);
    const next = columns.filter(isShown).map((one) => one.key);
    if (next.length === 0) return;
    const hidden = columns.filter((one) => one.title !== '' && !next.includes(one.key));
    store(place, hidden.map((one) => one.key).join(' '));
    change({ cols: next.join(',') });
  };
  return [shown, toggle];
}
