import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useWrite } from '../kernel/api.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';
import { useStartSession } from './start-session.ts';

const route = getRouteApi('/register');
const NAMED = { email_taken: 'email', password_too_weak: 'password' };

export function Register() {
  const { next } = route.useSearch();
  const start = useStartSession(next);
  const register = useWrite('accountsRegister', { org: null, onDone: start });
  const form = useForm({ initialValues: { name: '', email: '', password: '', organisationName: '' } });
  const errors = fieldErrors(register.error, NAMED);
  const field = (name: keyof typeof form.values) => ({ ...form.getInputProps(name), error: errors[name] });
  return (
    <Entrance title={t('Create an account')}>
      <form
        className="stack"
        onSubmit={form.onSubmit(({ organisationName, ...rest }) =>
          register.mutate({ ...rest, ...(organisationName ? { organisationName } : {}) }),
        )}
      >
        <TextInput label={t('Your name')} autoComplete="name" required autoFocus {...field('name')} />
        <TextInput label={t('E-mail')} type="email" autoComplete="email" required {...field('email')} />
        <PasswordInput
          label={t('Password')}
          description={t('At least 12 characters. Any are allowed.')}
          autoComplete="new-password"
          required
          {...field('password')}
        />
        <TextInput
          label={t('Organisation')}
          description={t('Your name if it is left empty.')}
          {...field('organisationName')}
        />
        <ProblemNote error={restOf(register.error, errors)} />
        <Button type="submit" loading={register.isPending}>
          {t('Create account')}
        </Button>
      </form>
      <p>
        {t('You have one?')}{' '}
        <Link to="/log-in" search={next ? { next } : {}}>
          {t('Log in')}
        </Link>
      </p>
    </Entrance>
  );
}
