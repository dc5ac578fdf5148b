import type { ApiKey } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { CreateKey } from './create-key.tsx';

export function ListKeys() {
  const keys = usePages('keysList', { limit: 100 });
  const revoke = useWrite('keysRevoke');
  const columns: Column<ApiKey>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    { key: 'scopes', title: t('May'), wide: true, value: ({ scopes }) => scopes.join(' ') },
    {
      key: 'created',
      title: t('Created'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => day(createdAt),
    },
    {
      key: 'until',
      title: t('Until'),
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => (expiresAt ? day(expiresAt) : t('revoked')),
    },
    {
      key: 'revoke',
      title: '',
      value: () => null,
      cell: ({ id, name }) => (
        <Confirm
          label={t('Revoke')}
          question={t('Revoke the key {name}?', { name })}
          consequence={t('Whatever uses it is refused from then on.')}
          onYes={() => revoke.mutate({ keyId: id })}
        />
      ),
    },
  ];
  return (
    <Page
      title={t('API keys')}
      lead={t('For your own programs. Requests of this console need none and cost no calls.')}
      actions={<CreateKey />}
    >
      <ProblemNote error={revoke.error} />
      <Reading of={keys}>
        {({ items, more }) => (
          <DataTable name={t('API keys')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
        )}
      </Reading>
    </Page>
  );
}
