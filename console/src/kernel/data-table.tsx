import { Button, VisuallyHidden } from '@mantine/core';
import { lazy, useMemo, useState } from 'react';
import { type Column, csv } from './csv.rules.ts';
import classes from './data-table.module.css';
import { compareNames } from './format.ts';
import { OpenedLater } from './opened-later.tsx';
import { t } from './strings.ts';

export type { Column };

const loadColumns = () => import('./columns-menu.tsx');
const ColumnsMenu = lazy(async () => ({ default: (await loadColumns()).ColumnsMenu }));

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

/** A real table: it can be copied, read aloud and sorted from the keyboard. */
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
  const [own, setOwn] = useState<{ key: string; down: boolean } | undefined>();
  const [hidden, setHidden] = useState(() => new Set(columns.filter((one) => one.hidden).map(({ key }) => key)));
  const shown = columns.filter(({ key }) => !hidden.has(key));
  const named = columns.filter(({ title }) => title !== '');
  const sorted = useMemo(() => {
    const column = columns.find(({ key }) => key === own?.key);
    return column && own
      ? rows.toSorted((a, b) => compare(column.value(a), column.value(b)) * (own.down ? -1 : 1))
      : rows;
  }, [rows, columns, own]);
  const direction = (key: string) => {
    if (onSort) return key !== sort ? undefined : ascending?.includes(key) ? 'ascending' : 'descending';
    return own?.key === key ? (own.down ? 'descending' : 'ascending') : undefined;
  };
  const choose = (key: string) =>
    onSort ? onSort(key) : setOwn((before) => ({ key, down: before?.key === key ? !before.down : true }));
  const maySort = (key: string) => (onSort ? (sortable?.includes(key) ?? false) : true);
  return (
    <>
      <div className={classes['frame']}>
        <table className={classes['table']} aria-label={name}>
          <thead>
            <tr>
              {shown.map(({ key, title, number }) => (
                <th key={key} scope="col" data-number={number || undefined} aria-sort={direction(key)}>
                  {title === '' ? (
                    <VisuallyHidden>{t('Actions')}</VisuallyHidden>
                  ) : maySort(key) ? (
                    <button type="button" className={classes['sort']} onClick={() => choose(key)}>
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
          <tbody>
            {sorted.map((row) => (
              <tr key={rowKey(row)} data-selected={rowKey(row) === selected || undefined}>
                {shown.map(({ key, value, cell, number, wide }) => (
                  <td key={key} data-number={number || undefined} data-wide={wide || undefined}>
                    {cell ? cell(row) : (value(row) ?? '–')}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={classes['foot']}>
        {more ? (
          <Button size="compact-sm" variant="default" onClick={more}>
            {t('Show more')}
          </Button>
        ) : null}
        <span className="quiet">{t('{count, plural, one {# row} other {# rows}}', { count: rows.length })}</span>
        <OpenedLater label={t('Columns')} load={loadColumns}>
          {() => (
            <ColumnsMenu
              columns={named as never}
              hidden={hidden}
              onToggle={(key) => setHidden((before) => toggled(before, key))}
            />
          )}
        </OpenedLater>
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() =>
            download(
              `${name}.csv`,
              csv(
                shown.filter(({ title }) => title !== ''),
                sorted,
              ),
            )
          }
        >
          {t('CSV')}
        </Button>
      </div>
    </>
  );
}

const ARROWS = { descending: ' ↓', ascending: ' ↑', none: '' };

function toggled(before: Set<string>, key: string): Set<string> {
  const next = new Set(before);
  if (!next.delete(key)) next.add(key);
  return next;
}

function compare(a: string | number | null | undefined, b: string | number | null | undefined): number {
  // What is not known stands last when the largest is first.
  if (a == null || b == null) return a == null ? (b == null ? 0 : -1) : 1;
  return typeof a === 'number' && typeof b === 'number' ? a - b : compareNames(String(a), String(b));
}

function download(name: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
