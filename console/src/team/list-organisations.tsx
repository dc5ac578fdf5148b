import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useNavigate } from '@tanstack/react-router';
import { organisationsRename } from '@tidegate/client/generated/limits/identity';
import { useOrg, useOwnRead, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { limits } from '../kernel/limits.ts';
import { useMay } from '../kernel/may.tsx';
import { useOwnRole } from '../kernel/own-role.ts';
import { Page } from '../kernel/page.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { CreateOrganisation } from './create-organisation.tsx';
import { OwnInvitations } from './own-invitations.tsx';

interface Mine {
  id: string;
  name: string;
  role: string;
}

/** Where a person belongs. Each tab keeps its own: the organisation stands in the address. */
export function ListOrganisations() {
  const org = useOrg();
  const navigate = useNavigate();
  const mine = useOwnRead('organisationsList', { limit: 200 });
  const leave = useWrite('membersLeave', { org: null });
  // Nothing here is theirs any more: a new document, and wherever they still belong.
  const leftHere = (id: string) => id === org && location.assign('/');
  const columns: Column<Mine>[] = [
    {
      key: 'name',
      title: t('Name'),
      value: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link to="/o/$org" params={{ org: id }}>
          {name}
        </Link>
      ),
    },
    { key: 'role', title: t('Your role'), value: ({ role }) => t(role) },
    {
      key: 'here',
      title: t('This tab'),
      value: ({ id }) => (id === org ? t('here') : null),
      cell: ({ id }) => (id === org ? <StateMark mark="ok">{t('here')}</StateMark> : '–'),
    },
    {
      key: 'leave',
      title: '',
      value: () => null,
      cell: ({ id, name }) => (
        <Confirm
          label={t('Leave')}
          question={t('Leave {name}?', { name })}
          consequence={t('Your API keys and invitations of this organisation end with it.')}
          onYes={() => leave.mutate({ organisationId: id }, { onSuccess: () => leftHere(id) })}
        />
      ),
    },
  ];
  return (
    <Page
      title={t('Organisations')}
      lead={t('Each tab of the browser keeps its own organisation; a link opens in the right one.')}
    >
      <ProblemNote error={leave.error} />
      <Reading of={mine}>
        {({ items }) => <DataTable name={t('Organisations')} rows={items} columns={columns} rowKey={({ id }) => id} />}
      </Reading>
      <OwnInvitations />
      <h2>{t('Another organisation')}</h2>
      <CreateOrganisation onDone={({ id }) => navigate({ to: '/o/$org', params: { org: id } })} />
      <ThisOne />
    </Page>
  );
}

/** The one of this tab: its name, and its end. */
function ThisOne() {
  const role = useOwnRole();
  const isAdmin = useMay()('organisationsRename') ?? false;
  const organisation = useRead('organisationsGet', {}, { enabled: isAdmin });
  if (!isAdmin) return null;
  return (
    <Reading of={organisation}>
      {({ name }) => (
        <>
          <h2>{name}</h2>
          <Rename key={name} name={name} />
          {role === 'owner' ? <Delete name={name} /> : null}
        </>
      )}
    </Reading>
  );
}

function Rename({ name }: { name: string }) {
  const form = useForm({ initialValues: { name } });
  const rename = useWrite('organisationsRename');
  const errors = fieldErrors(rename.error);
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((values) => rename.mutate(values))}>
      <TextInput
        label={t('Name')}
        {...limits(organisationsRename.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <ProblemNote error={restOf(rename.error, errors)} />
      <div>
        <Button type="submit" variant="default" loading={rename.isPending} disabled={!form.isDirty()}>
          {t('Rename')}
        </Button>
      </div>
    </form>
  );
}

function Delete({ name }: { name: string }) {
  // A new document: whatever was read of it is gone.
  const remove = useWrite('organisationsDelete', { leaves: true, onDone: () => location.assign('/') });
  return (
    <>
      <p>{t('Deleting it deletes everything in it, for everybody, for good.')}</p>
      <ProblemNote error={remove.error} />
      <Confirm
        label={t('Delete the organisation')}
        question={t('Delete {name} with everything in it?', { name })}
        consequence={t('Servers, bots, usage, keys and members are gone within seconds. Issued invoices are kept.')}
        typed={name}
        onYes={() => remove.mutate({ name })}
      />
    </>
  );
}
