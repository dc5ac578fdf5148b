import { Button, Modal, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { AccountDeletion } from '@tidegate/client';
import { accountsDelete } from '@tidegate/client/generated/limits/identity';
import { useState } from 'react';
import { readOf, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { leave } from '../kernel/log-out.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { RECENT, RecentPassword } from './recent-password.tsx';

export function DeleteAccount({ email }: { email: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <p>{t('Sessions, API keys and invitations end at once. It cannot be undone.')}</p>
      <Button color="red" variant="outline" onClick={() => setOpen(true)}>
        {t('Delete the account')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('Delete the account')}>
        <Dialog email={email} />
      </Modal>
    </>
  );
}

function Dialog({ email }: { email: string }) {
  const deletion = useQuery({ ...readOf(null, 'accountsPreviewDeletion', {}), staleTime: 0 });
  return (
    <Reading of={deletion}>
      {(fates) => (
        <div className="stack">
          <Fate title={t('Deleted with it, because nobody else is in them')} of={fates.deleted} />
          <Fate title={t('They go on without you')} of={fates.left} />
          {fates.blocking.length > 0 ? (
            <>
              <StateMark mark="warning">
                {t('Others are in them and you are the only owner. Make somebody an owner, or delete them, first.')}
              </StateMark>
              <Fate title={t('In the way')} of={fates.blocking} />
            </>
          ) : (
            <Typed email={email} also={fates.deleted.length > 0} />
          )}
        </div>
      )}
    </Reading>
  );
}

function Fate({ title, of }: { title: string; of: AccountDeletion['left'] }) {
  if (of.length === 0) return null;
  return (
    <div>
      <p>{title}</p>
      <ul>
        {of.map(({ id, name, members }) => (
          <li key={id}>
            {name} · {t('{count, plural, one {# member} other {# members}}', { count: members })}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Typed({ email, also }: { email: string; also: boolean }) {
  const form = useForm({ initialValues: { email: '', currentPassword: '' } });
  const remove = useWrite('accountsDelete', { org: null, leaves: true, onDone: leave });
  const errors = fieldErrors(remove.error, RECENT);
  return (
    <form
      noValidate
      className="stack"
      onSubmit={form.onSubmit((typed) =>
        remove.mutate({
          email: typed.email,
          deleteOrganisations: also,
          ...(typed.currentPassword ? { currentPassword: typed.currentPassword } : {}),
        }),
      )}
    >
      <TextInput
        label={t('Type {name} to go on', { name: email })}
        autoComplete="off"
        {...limits(accountsDelete.email)}
        {...form.getInputProps('email')}
        error={errors['email']}
      />
      <RecentPassword {...form.getInputProps('currentPassword')} error={errors['currentPassword']} />
      <ProblemNote error={restOf(remove.error, errors)} />
      <Button
        type="submit"
        color="red"
        disabled={form.values.email.toLowerCase() !== email.toLowerCase()}
        loading={remove.isPending}
      >
        {t('Delete the account for good')}
      </Button>
    </form>
  );
}
