import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Invitation, Role } from '@tidegate/client';
import { invitationsListSort } from '@tidegate/client/generated/choices';
import { invitationsCreate } from '@tidegate/client/generated/limits/identity';
import { useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { CopyText } from '../kernel/copy-text.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { InvitationPrice } from './invitation-price.tsx';
import { roleChoices } from './roles.ts';

/** Who was invited and has not answered yet. */
export function Invitations({ mayInvite, roles }: { mayInvite: boolean; roles: readonly Role[] }) {
  const invitations = useSortedPages(
    'invitationsList',
    { limit: 100, count: true },
    { sorts: invitationsListSort, part: 'invitations' },
  );
  const resend = useWrite('invitationsResend');
  const revoke = useWrite('invitationsRevoke');
  const columns: Column<Invitation>[] = [
    { key: 'email', title: t('E-mail'), value: ({ email }) => email },
    { key: 'role', title: t('Role'), value: ({ role }) => t(role) },
    {
      key: 'created',
      title: t('Invited'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} as={day} />,
    },
    {
      key: 'until',
      title: t('Until'),
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => <Moment at={expiresAt} as={day} />,
    },
  ];
  if (mayInvite) {
    columns.push({
      key: 'do',
      title: '',
      value: () => null,
      cell: ({ id, email }) => (
        <span className="row">
          <Button size="compact-sm" variant="default" onClick={() => resend.mutate({ invitationId: id })}>
            {t('Send again')}
          </Button>
          <Confirm
            label={t('Take back')}
            question={t('Take back the invitation of {email}?', { email })}
            consequence={t('The link of its mail works no more.')}
            onYes={() => revoke.mutate({ invitationId: id })}
          />
        </span>
      ),
    });
  }
  return (
    <>
      {mayInvite ? (
        <>
          <h2>{t('Invite somebody')}</h2>
          <Invite roles={roles} />
          <InvitationPrice invited={invitations.data?.items.length ?? 0} />
        </>
      ) : null}
      <ProblemNote error={newestError(resend, revoke)} />
      {resend.data ? (
        <p role="status">
          <StateMark mark="ok">{t('A mail to {email} is on its way.', { email: resend.data.email })}</StateMark>
        </p>
      ) : null}
      <Reading of={invitations}>
        {({ items, more, first }) =>
          items.length > 0 ? (
            <>
              <h2>{t('Invited, not joined yet')}</h2>
              <DataTable
                part="invitations"
                {...invitations.table}
                name={t('Invitations')}
                rows={items}
                columns={columns}
                rowKey={({ id }) => id}
                more={more}
                total={first.total}
              />
            </>
          ) : null
        }
      </Reading>
    </>
  );
}

function Invite({ roles }: { roles: readonly Role[] }) {
  const form = useForm({ initialValues: { email: '', role: 'viewer' as Role } });
  const invite = useWrite('invitationsCreate', { onDone: () => form.reset() });
  const errors = fieldErrors(invite.error);
  const made = invite.data;
  return (
    <>
      <form noValidate className="row" onSubmit={form.onSubmit((values) => invite.mutate(values))}>
        <TextInput
          type="email"
          aria-label={t('E-mail of the person')}
          placeholder={t('E-mail')}
          {...limits(invitationsCreate.email)}
          {...form.getInputProps('email')}
          error={errors['email']}
        />
        <NativeSelect aria-label={t('Role of the person')} data={roleChoices(roles)} {...form.getInputProps('role')} />
        <Button type="submit" loading={invite.isPending}>
          {t('Invite')}
        </Button>
        <ProblemNote error={restOf(invite.error, errors)} />
      </form>
      {made ? (
        <div className="stack form note" role="status">
          <StateMark mark="ok">
            {made.mailed
              ? t('A mail to {email} is on its way.', { email: made.email })
              : t('This installation sends no mail: give {email} this link. It is shown once.', { email: made.email })}
          </StateMark>
          {made.mailed ? null : <CopyText text={`${location.origin}/invitation#token=${made.token}`} />}
        </div>
      ) : null}
    </>
  );
}
