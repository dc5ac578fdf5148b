import { Button } from '@mantine/core';
import { lazy, useState } from 'react';
import { useAsked } from './asked.ts';
import type { Column } from './csv.rules.ts';
import classes from './data-table.module.css';
import { OpenedLater } from './opened-later.tsx';
import { t } from './strings.ts';
import type { TableSearch } from './table-view.rules.ts';

const loadColumns = () => import('./columns-menu.tsx');
const ColumnsMenu = lazy(async () => ({ default: (await loadColumns()).ColumnsMenu }));

interface Props<Row> {
  name: string;
  /** As they are shown. */
  rows: readonly Row[];
  all: number;
  /** On all pages; undefined where nobody has counted. */
  total: number | undefined;
  columns: readonly Column<Row>[];
  shown: ReadonlySet<string>;
  onToggle: (key: string) => void;
  /** Where the table sorts and searches by itself. */
  search: TableSearch | undefined;
  more: (() => void) | undefined;
}

/** How many there are, and how to have them elsewhere. */
export function TableFoot<Row>({ name, rows, all, total, columns, shown, onToggle, search, more }: Props<Row>) {
  const named = columns.filter(({ title }) => title !== '');
  return (
    <div className={classes['foot']}>
      {more ? (
        <Button size="compact-sm" variant="default" onClick={more}>
          {t('Show more')}
        </Button>
      ) : null}
      <span className="quiet" role="status">
        {rows.length === (total ?? all)
          ? t('{count, plural, one {# row} other {# rows}}', { count: total ?? all })
          : t('{shown} of {count, plural, one {# row} other {# rows}}', { shown: rows.length, count: total ?? all })}
        {more && total === undefined ? t(', and more') : ''}
      </span>
      <OpenedLater label={t('Columns')} load={loadColumns}>
        {() => <ColumnsMenu columns={named as never} shown={shown} onToggle={onToggle} />}
      </OpenedLater>
      <SaveCsv
        table={{ name, view: rows, search, columns: named.filter(({ key }) => shown.has(key)), all: columns }}
        more={more}
      />
      <CopyCurl />
    </div>
  );
}

interface Saved<Row> {
  name: string;
  view: readonly Row[];
  search: TableSearch | undefined;
  columns: readonly Column<Row>[];
  all: readonly Column<Row>[];
}

/** Whatever the filter matches, also what was not loaded yet; of very many only the first, which is said. */
function SaveCsv<Row>({ table, more }: { table: Saved<Row>; more: (() => void) | undefined }) {
  const asked = useAsked();
  const [state, setState] = useState<'saving' | 'cut' | 'failed'>();
  const save = async () => {
    setState('saving');
    try {
      const { saveCsv } = await import('./save-csv.ts');
      const { cut } = await saveCsv({ ...table, asked: more && asked });
      setState(cut ? 'cut' : undefined);
    } catch {
      setState('failed');
    }
  };
  return (
    <>
      <Button size="compact-sm" variant="subtle" loading={state === 'saving'} onClick={() => void save()}>
        {t('CSV')}
      </Button>
      {state === 'cut' || state === 'failed' ? (
        <span role="alert">
          {state === 'cut'
            ? t('The file has the first 10,000 rows. Narrow the filter, or read the others over the API.')
            : t('Not all rows could be read, so nothing was saved. Try again.')}
        </span>
      ) : null}
    </>
  );
}

function CopyCurl() {
  const asked = useAsked();
  const [state, setState] = useState<'copied' | { notCopied: string }>();
  if (!asked) return null;
  const copy = async () => {
    const { asCurl } = await import('./as-curl.ts');
    const text = await asCurl(asked, location.origin);
    try {
      await navigator.clipboard.writeText(text);
      setState('copied');
    } catch {
      setState({ notCopied: text });
    }
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={() => void copy()}
        title={t('The read behind this table, with a key of yours')}
      >
        {state === 'copied' ? t('Copied') : t('Copy as curl')}
      </Button>
      {typeof state === 'object' ? (
        <div role="alert">
          {t('The browser does not allow it: mark the text and copy it.')}
          <pre className="sql">{state.notCopied}</pre>
        </div>
      ) : null}
    </>
  );
}
