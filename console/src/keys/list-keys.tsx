import { Button } from '@mantine/core';
import type { ApiKey } from '@tidegate/client';
import { keysListSort } from '@tidegate/client/generated/choices';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { day } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { CreateKey } from './create-key.tsx';
import { RenameKey, RotateKey } from './edit-key.tsx';

export function ListKeys() {
  const keys = useSortedPages('keysList', { limit: 100, count: true }, { sorts: keysListSort });
  const revoke = useWrite('keysRevoke');
  const mayChange = useMay()('keysRevoke');
  const [rotating, setRotating] = useState<ApiKey>();
  const columns: Column<ApiKey>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    {
      key: 'prefix',
      title: t('Begins with'),
      value: ({ prefix }) => prefix,
      cell: ({ prefix }) => <code className="mono">{prefix}…</code>,
    },
    { key: 'scopes', title: t('May'), wide: true, value: ({ scopes }) => scopes.join(' ') },
    {
      key: 'lastUsed',
      title: t('Last used'),
      value: ({ lastUsedAt }) => lastUsedAt,
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Moment at={lastUsedAt} /> : t('never')),
    },
    {
      key: 'created',
      title: t('Created'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} as={day} />,
    },
    { key: 'until', title: t('Until'), value: ({ expiresAt }) => expiresAt, cell: (key) => <End of={key} /> },
  ];
  if (mayChange) {
    columns.push({
      key: 'do',
      title: '',
      value: () => null,
      cell: (key) => (
        <span className="row">
          <RenameKey of={key} />
          {key.replacedBy || isOver(key) ? null : (
            <Button size="compact-sm" variant="default" onClick={() => setRotating(key)}>
              {t('Rotate')}
            </Button>
          )}
          <Confirm
            label={t('Revoke')}
            question={t('Revoke the key {name}?', { name: key.name })}
            consequence={t('Whatever uses it is refused from then on.')}
            onYes={() => revoke.mutate({ keyId: key.id })}
          />
        </span>
      ),
    });
  }
  return (
    <Page
      title={t('API keys')}
      lead={t('For your own programs. Requests of this console need none and cost no calls.')}
      actions={mayChange ? <CreateKey /> : null}
    >
      {rotating ? <RotateKey of={rotating} onClose={() => setRotating(undefined)} /> : null}
      <ProblemNote error={revoke.error} />
      <Reading of={keys}>
        {({ items, more, first }) =>
          items.length === 0 ? (
            <Empty title={t('There is no key yet')}>
              {t('A key lets a program of yours do what you choose, and is revoked with one click.')}
            </Empty>
          ) : (
            <DataTable
              {...keys.table}
              name={t('API keys')}
              rows={items}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
              total={first.total}
            />
          )
        }
      </Reading>
    </Page>
  );
}

const isOver = ({ expiresAt }: ApiKey): boolean => expiresAt !== null && Date.parse(expiresAt) <= Date.now();

function End({ of }: { of: ApiKey }) {
  if (of.expiresAt === null) return t('until it is revoked');
  if (isOver(of)) return <StateMark mark="stale">{t('expired')}</StateMark>;
  if (of.replacedBy) {
    return (
      <StateMark mark="pending">
        <Moment at={of.expiresAt}>{t('replaced; works until {day}', { day: day(of.expiresAt) })}</Moment>
      </StateMark>
    );
  }
  return <Moment at={of.expiresAt} as={day} />;
}
