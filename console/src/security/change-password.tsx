import { Button, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { passwordsChange } from '@tidegate/client/generated/limits/identity';
import { useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const NAMED = { wrong_password: 'currentPassword', password_too_weak: 'newPassword' };

export function ChangePassword({ email }: { email: string }) {
  const form = useForm({ initialValues: { currentPassword: '', newPassword: '' } });
  const change = useWrite('passwordsChange', { org: null, onDone: () => form.reset() });
  const errors = fieldErrors(change.error, NAMED);
  return (
    <form noValidate className="stack form" onSubmit={form.onSubmit((values) => change.mutate(values))}>
      {/* So that a password manager knows whose it is. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        label={t('Present password')}
        autoComplete="current-password"
        {...limits(passwordsChange.currentPassword)}
        {...form.getInputProps('currentPassword')}
        error={errors['currentPassword']}
      />
      <PasswordInput
        label={t('New password')}
        description={t('At least 12 characters, and no common password. All other sessions end.')}
        autoComplete="new-password"
        {...limits(passwordsChange.newPassword)}
        {...form.getInputProps('newPassword')}
        error={errors['newPassword']}
      />
      <ProblemNote error={restOf(change.error, errors)} />
      <div className="row">
        <Button type="submit" loading={change.isPending}>
          {t('Change the password')}
        </Button>
        {change.isSuccess ? <StateMark mark="ok">{t('The password was changed.')}</StateMark> : null}
      </div>
    </form>
  );
}
