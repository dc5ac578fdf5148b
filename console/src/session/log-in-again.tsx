import { Button, Modal, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { client } from '../kernel/api.ts';
import { settleLogIn } from '../kernel/log-in-again.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { meOf } from '../kernel/routes.ts';
import { t } from '../kernel/strings.ts';

/** Over the page whose session has ended: what was typed below it stays, and is sent afterwards. */
export function LogInAgain() {
  const me = useQuery({ ...meOf(), enabled: false }).data;
  const email = me?.user.email ?? '';
  const form = useForm({ initialValues: { password: '' } });
  const logIn = useMutation({
    mutationFn: ({ password }: { password: string }) => client.sessionsLogin({ email, password }),
    onSuccess: ({ user }) => {
      if (user.id === me?.user.id) settleLogIn(true);
      else location.assign('/');
    },
  });
  const leave = () => {
    settleLogIn(false);
    location.assign(`/log-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  };
  return (
    <Modal
      opened
      onClose={() => {}}
      title={t('Your session has ended')}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={1000}
    >
      <form noValidate className="stack" onSubmit={form.onSubmit((values) => logIn.mutate(values))}>
        <p>{t('Log in again as {email}. What you typed is kept, and is sent afterwards.', { email })}</p>
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <PasswordInput
          label={t('Password')}
          autoComplete="current-password"
          required
          data-autofocus
          {...form.getInputProps('password')}
        />
        <ProblemNote error={logIn.error} />
        <div className="row">
          <Button type="submit" loading={logIn.isPending}>
            {t('Log in')}
          </Button>
          <Button variant="default" onClick={leave}>
            {t('Leave the page')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
