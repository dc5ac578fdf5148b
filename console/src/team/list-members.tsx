import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Invitation, Member, Role } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { ExportOrganisation } from './export-organisation.tsx';
import { InvitationPrice } from './invitation-price.tsx';

const ROLES: Role[] = ['viewer', 'editor', 'admin', 'owner'];

export function ListMembers() {
  const members = usePages('membersList', { limit: 100 });
  const invitations = usePages('invitationsList', { limit: 100 });
  const change = useWrite('membersChangeRole');
  const remove = useWrite('membersRemove');
  const revoke = useWrite('invitationsRevoke');
  const columns: Column<Member>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    { key: 'email', title: t('E-mail'), value: ({ email }) => email },
    {
      key: 'role',
      title: t('Role'),
      value: ({ role }) => role,
      cell: ({ userId, role, name }) => (
        <NativeSelect
          size="xs"
          aria-label={t('Role of {name}', { name })}
          data={ROLES}
          value={role}
          onChange={({ currentTarget }) => change.mutate({ userId, role: currentTarget.value as Role })}
        />
      ),
    },
    { key: 'joined', title: t('Since'), value: ({ joinedAt }) => joinedAt, cell: ({ joinedAt }) => day(joinedAt) },
    {
      key: 'remove',
      title: '',
      value: () => null,
      cell: ({ userId, name }) => (
        <Confirm
          label={t('Remove')}
          question={t('Remove {name} from the organisation?', { name })}
          onYes={() => remove.mutate({ userId })}
        />
      ),
    },
  ];
  const invited: Column<Invitation>[] = [
    { key: 'email', title: t('E-mail'), value: ({ email }) => email },
    { key: 'role', title: t('Role'), value: ({ role }) => role },
    { key: 'until', title: t('Until'), value: ({ expiresAt }) => expiresAt, cell: ({ expiresAt }) => day(expiresAt) },
    {
      key: 'revoke',
      title: '',
      value: () => null,
      cell: ({ id, email }) => (
        <Confirm
          label={t('Take back')}
          question={t('Take back the invitation of {email}?', { email })}
          onYes={() => revoke.mutate({ invitationId: id })}
        />
      ),
    },
  ];
  return (
    <Page title={t('Team')}>
      <ProblemNote error={change.error ?? remove.error ?? revoke.error} />
      <Reading of={members}>
        {({ items, more }) => (
          <DataTable name={t('Members')} rows={items} columns={columns} rowKey={({ userId }) => userId} more={more} />
        )}
      </Reading>
      <h2>{t('Invite somebody')}</h2>
      <Invite />
      <InvitationPrice invited={invitations.data?.items.length ?? 0} />
      <Reading of={invitations}>
        {({ items, more }) =>
          items.length > 0 ? (
            <DataTable name={t('Invitations')} rows={items} columns={invited} rowKey={({ id }) => id} more={more} />
          ) : null
        }
      </Reading>
      <ExportOrganisation />
    </Page>
  );
}

function Invite() {
  const form = useForm({ initialValues: { email: '', role: 'viewer' as Role } });
  const invite = useWrite('invitationsCreate', { onDone: () => form.reset() });
  const errors = fieldErrors(invite.error);
  return (
    <form className="row" onSubmit={form.onSubmit((values) => invite.mutate(values))}>
      <TextInput
        type="email"
        aria-label={t('E-mail')}
        placeholder={t('E-mail')}
        required
        {...form.getInputProps('email')}
        error={errors['email']}
      />
      <NativeSelect aria-label={t('Role')} data={ROLES} {...form.getInputProps('role')} />
      <Button type="submit" loading={invite.isPending}>
        {t('Invite')}
      </Button>
      <ProblemNote error={restOf(invite.error, errors)} />
    </form>
  );
}
