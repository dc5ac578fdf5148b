import { TextInput, VisuallyHidden } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import type { Column } from './csv.rules.ts';
import classes from './data-table.module.css';
import { compareNames } from './format.ts';
import { store, stored } from './stored.ts';
import { t } from './strings.ts';
import { TableFoot } from './table-foot.tsx';
import { nextOrder, orderOf, type TableSearch, viewOf } from './table-view.rules.ts';

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
  selected?: string;
}

/** From so many rows on they can be searched here, and only those in sight are drawn. */
const MANY = 12;
const LONG = 300;

/** A real table: it can be copied, read aloud and sorted from the keyboard. Its order and what is searched in it stand in the address. */
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
  selected,
}: Props<Row>) {
  const { by, find } = useSearch({ strict: false }) as TableSearch;
  const change = useChange();
  const [hidden, toggle] = useHidden(name, columns);
  const frame = useRef<HTMLDivElement>(null);
  const shown = columns.filter(({ key }) => !hidden.has(key));
  // What the server sorts, it searches as well: the page has a box for it.
  const view = useMemo(
    () => (onSort ? rows : viewOf(rows, columns, { by, find }, compareNames)),
    [rows, columns, by, find, onSort],
  );
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
      <tr key={key} data-selected={key === selected || undefined} aria-rowindex={index + 2}>
        {shown.map(({ key: column, value, cell, number, wide }) => (
          <td key={column} data-number={number || undefined} data-wide={wide || undefined}>
            {cell ? cell(row) : (value(row) ?? '–')}
          </td>
        ))}
      </tr>
    );
  };
  const isLong = view.length > LONG;
  const first = (count: number) => <tbody>{Array.from({ length: count }, (_, index) => line(index))}</tbody>;
  return (
    <>
      {!onSort && (rows.length > MANY || find) ? (
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
                <th key={key} scope="col" data-number={number || undefined} aria-sort={direction(key)}>
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
            </tr>
          </thead>
          {isLong ? (
            <Suspense fallback={first(MANY)}>
              <LongRows count={view.length} columns={shown.length} frame={frame}>
                {line}
              </LongRows>
            </Suspense>
          ) : (
            first(view.length)
          )}
        </table>
      </div>
      <TableFoot
        name={name}
        rows={view}
        all={rows.length}
        columns={columns}
        hidden={hidden}
        onToggle={toggle}
        more={more}
      />
    </>
  );
}

const ARROWS = { descending: ' ↓', ascending: ' ↑', none: '' };

/** Writes into the address; a way back leads out of the page, not through each letter. */
function useChange(): (next: { by?: string; find?: string | undefined }) => void {
  const navigate = useNavigate();
  return (next) =>
    void navigate({
      to: '.',
      search: (before: object) => ({ ...before, ...next }) as never,
      replace: true,
      resetScroll: false,
    });
}

/** Which columns somebody does not want to see: that is theirs, and no part of the address. */
function useHidden<Row>(name: string, columns: readonly Column<Row>[]): [ReadonlySet<string>, (key: string) => void] {
  const place = `hidden-${name}`;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(() => {
    const chosen = stored(place);
    return new Set(chosen?.split(' ') ?? columns.filter((one) => one.hidden).map(({ key }) => key));
  });
  const toggle = (key: string) => {
    const next = new Set(hidden);
    if (!next.delete(key)) next.add(key);
    store(place, [...next].join(' '));
    setHidden(next);
  };
  return [hidden, toggle];
}
