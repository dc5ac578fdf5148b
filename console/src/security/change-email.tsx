import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { emailsChange } from '@tidegate/client/generated/limits/identity';
import { useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { RECENT, RecentPassword } from './recent-password.tsx';

const NAMED = { ...RECENT, email_taken: 'email' };

export function ChangeEmail({ email }: { email: string }) {
  const form = useForm({ initialValues: { email: '', currentPassword: '' } });
  const change = useWrite('emailsChange', { org: null, onDone: () => form.setFieldValue('currentPassword', '') });
  const errors = fieldErrors(change.error, NAMED);
  return (
    <form
      noValidate
      className="stack form"
      onSubmit={form.onSubmit(({ email: wanted, currentPassword }) =>
        change.mutate({ email: wanted, ...(currentPassword ? { currentPassword } : {}) }),
      )}
    >
      <p>{t('Your address is {email}. A new one is confirmed by a mail to it; this one is told.', { email })}</p>
      <TextInput
        label={t('New e-mail address')}
        type="email"
        autoComplete="email"
        {...limits(emailsChange.email)}
        {...form.getInputProps('email')}
        error={errors['email']}
      />
      <RecentPassword {...form.getInputProps('currentPassword')} error={errors['currentPassword']} />
      <ProblemNote error={restOf(change.error, errors)} />
      <div className="row">
        <Button type="submit" loading={change.isPending}>
          {t('Change the address')}
        </Button>
        {change.data ? (
          <StateMark mark={change.data.changed ? 'ok' : 'pending'}>
            {change.data.changed
              ? t('The address was changed.')
              : t('A mail is on its way to the new address. Nothing changes before its link was used.')}
          </StateMark>
        ) : null}
      </div>
    </form>
  );
}
