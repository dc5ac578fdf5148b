import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useWrite } from '../kernel/api.ts';
import { useInstallation } from '../kernel/brand.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';
import { useStartSession } from './start-session.ts';

const route = getRouteApi('/log-in');

export function LogIn() {
  const { next } = route.useSearch();
  const start = useStartSession(next);
  const installation = useInstallation();
  const logIn = useWrite('sessionsLogin', { org: null, onDone: start });
  const form = useForm({ initialValues: { email: '', password: '' } });
  const errors = fieldErrors(logIn.error);
  return (
    <Entrance title={t('Log in')}>
      {installation?.sessionCookies === false ? (
        <p role="alert">
          {t('Browsers keep no session at this address.')} <a href={installation.publicUrl}>{installation.publicUrl}</a>
        </p>
      ) : null}
      <form noValidate className="stack" onSubmit={form.onSubmit((values) => logIn.mutate(values))}>
        <TextInput
          label={t('E-mail')}
          type="email"
          autoComplete="username"
          required
          autoFocus
          {...form.getInputProps('email')}
          error={errors['email']}
        />
        <PasswordInput
          label={t('Password')}
          autoComplete="current-password"
          required
          {...form.getInputProps('password')}
          error={errors['password']}
        />
        <ProblemNote error={restOf(logIn.error, errors)} />
        <Button type="submit" loading={logIn.isPending}>
          {t('Log in')}
        </Button>
      </form>
      <Link to="/forgotten-password">{t('Forgotten password?')}</Link>
      {isThisMachine(location.hostname) ? (
        <p className="quiet">
          {t('First start? Log in as admin@localhost with the password that the start printed, and change it.')}
        </p>
      ) : null}
      {installation?.organisationId ? null : (
        <p>
          {t('No account yet?')}{' '}
          <Link to="/register" search={next ? { next } : {}}>
            {t('Create one')}
          </Link>
        </p>
      )}
    </Entrance>
  );
}

/** Whoever sits at it is its operator. */
const isThisMachine = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host);
