import { Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { OwnSession } from '@tidegate/client';
import { readOf, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { meOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

export function ShowAccount() {
  const me = useQuery(meOf());
  const sessions = useQuery(readOf(null, 'sessionsList', { limit: 100 }));
  const end = useWrite('sessionsRevoke', { org: null });
  const resend = useWrite('emailsResendVerification', { org: null });
  const columns: Column<OwnSession>[] = [
    {
      key: 'started',
      title: t('Started'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    {
      key: 'used',
      title: t('Last used'),
      value: ({ lastUsedAt }) => lastUsedAt,
      cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} />,
    },
    {
      key: 'until',
      title: t('Until'),
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => <Moment at={expiresAt} />,
    },
    {
      key: 'end',
      title: '',
      value: ({ current }) => (current ? t('this one') : null),
      cell: ({ id, current }) =>
        current ? (
          <StateMark mark="ok">{t('this one')}</StateMark>
        ) : (
          <Confirm label={t('End')} question={t('End this session?')} onYes={() => end.mutate({ sessionId: id })} />
        ),
    },
  ];
  return (
    <Page title={t('Account')}>
      <Reading of={me}>
        {({ user }) => (
          <p>
            {user.name} · {user.email}{' '}
            {user.emailVerified ? null : (
              <Button size="compact-sm" variant="default" loading={resend.isPending} onClick={() => resend.mutate({})}>
                {t('Send the verification mail again')}
              </Button>
            )}
          </p>
        )}
      </Reading>
      <ProblemNote error={end.error ?? resend.error} />
      <h2>{t('Sessions')}</h2>
      <Reading of={sessions}>
        {({ items }) => <DataTable name={t('Sessions')} rows={items} columns={columns} rowKey={({ id }) => id} />}
      </Reading>
      <h2>{t('Change the password')}</h2>
      <ChangePassword />
    </Page>
  );
}

function ChangePassword() {
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const change = useWrite('passwordsChange', { org: null, onDone: () => form.reset() });
  const errors = fieldErrors(change.error);
  return (
    <form className="stack form" onSubmit={form.onSubmit((values) => change.mutate(values))}>
      <PasswordInput
        label={t('Present password')}
        autoComplete="current-password"
        required
        {...form.getInputProps('currentPassword')}
        error={errors['currentPassword']}
      />
      <PasswordInput
        label={t('New password')}
        description={t('All other sessions end.')}
        autoComplete="new-password"
        required
        {...form.getInputProps('newPassword')}
        error={errors['newPassword']}
      />
      <ProblemNote error={restOf(change.error, errors)} />
      {change.data ? <StateMark mark="ok">{t('The password was changed.')}</StateMark> : null}
      <Button type="submit" loading={change.isPending}>
        {t('Change the password')}
      </Button>
    </form>
  );
}
