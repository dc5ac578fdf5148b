import { Button } from '@mantine/core';
import { lazy, useState } from 'react';
import { useAsked } from './asked.ts';
import type { Column } from './csv.rules.ts';
import { csv } from './csv.rules.ts';
import classes from './data-table.module.css';
import { OpenedLater } from './opened-later.tsx';
import { t } from './strings.ts';

const loadColumns = () => import('./columns-menu.tsx');
const ColumnsMenu = lazy(async () => ({ default: (await loadColumns()).ColumnsMenu }));

interface Props<Row> {
  name: string;
  /** As they are shown. */
  rows: readonly Row[];
  all: number;
  columns: readonly Column<Row>[];
  hidden: ReadonlySet<string>;
  onToggle: (key: string) => void;
  more: (() => void) | undefined;
}

/** How many there are, and how to have them elsewhere. */
export function TableFoot<Row>({ name, rows, all, columns, hidden, onToggle, more }: Props<Row>) {
  const named = columns.filter(({ title }) => title !== '');
  const save = () =>
    download(
      `${name}.csv`,
      csv(
        named.filter(({ key }) => !hidden.has(key)),
        rows,
      ),
    );
  return (
    <div className={classes['foot']}>
      {more ? (
        <Button size="compact-sm" variant="default" onClick={more}>
          {t('Show more')}
        </Button>
      ) : null}
      <span className="quiet" role="status">
        {rows.length === all
          ? t('{count, plural, one {# row} other {# rows}}', { count: all })
          : t('{shown} of {count, plural, one {# row} other {# rows}}', { shown: rows.length, count: all })}
      </span>
      <OpenedLater label={t('Columns')} load={loadColumns}>
        {() => <ColumnsMenu columns={named as never} hidden={hidden} onToggle={onToggle} />}
      </OpenedLater>
      <Button size="compact-sm" variant="subtle" onClick={save}>
        {t('CSV')}
      </Button>
      <CopyCurl />
    </div>
  );
}

function CopyCurl() {
  const asked = useAsked();
  const [copied, setCopied] = useState(false);
  if (!asked) return null;
  const copy = async () => {
    const { asCurl } = await import('./as-curl.ts');
    await navigator.clipboard.writeText(await asCurl(asked, location.origin));
    setCopied(true);
  };
  return (
    <Button
      size="compact-sm"
      variant="subtle"
      onClick={() => void copy()}
      title={t('The read behind this table, with a key of yours')}
    >
      {copied ? t('Copied') : t('Copy as curl')}
    </Button>
  );
}

function download(name: string, content: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
