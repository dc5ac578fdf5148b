import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { accountsRegister, accountsRequest } from '@tidegate/client/generated/limits/identity';
import { readOf, useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { locale, t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';
import { tokenOf } from './mailed-token.ts';
import { useStartSession } from './start-session.ts';

const route = getRouteApi('/register');
const NAMED = { email_taken: 'email', password_too_weak: 'password' };

/** Where e-mail is sent, the address comes first: its mail leads back here, with a token. */
export function Register() {
  const { next } = route.useSearch();
  const installation = useQuery(readOf(null, 'installationGet', {}));
  const token = tokenOf();
  return (
    <Entrance title={t('Create an account')}>
      <Reading of={installation}>
        {({ email, organisationId, publicUrl }) =>
          organisationId ? (
            <p>
              {t('Accounts are created at')} <a href={`${publicUrl}/register`}>{publicUrl}</a>
            </p>
          ) : email && !token ? (
            <RequestMail />
          ) : (
            <NewAccount token={token} next={next} />
          )
        }
      </Reading>
      <p>
        {t('You have one?')}{' '}
        <Link to="/log-in" search={next ? { next } : {}}>
          {t('Log in')}
        </Link>
      </p>
    </Entrance>
  );
}

function RequestMail() {
  const request = useWrite('accountsRequest', { org: null });
  const form = useForm({ initialValues: { email: '' } });
  const errors = fieldErrors(request.error);
  if (request.isSuccess) {
    return (
      <p role="status">
        {t('A mail is on its way to {email}. Its link goes on from here; it is valid for a day.', {
          email: form.values.email,
        })}
      </p>
    );
  }
  return (
    <form
      noValidate
      className="stack"
      onSubmit={form.onSubmit(({ email }) => request.mutate({ email, locale: locale() }))}
    >
      <TextInput
        label={t('E-mail')}
        type="email"
        autoComplete="email"
        {...limits(accountsRequest.email)}
        autoFocus
        {...form.getInputProps('email')}
        error={errors['email']}
      />
      <ProblemNote error={restOf(request.error, errors)} />
      <Button type="submit" loading={request.isPending}>
        {t('Send the mail')}
      </Button>
    </form>
  );
}

function NewAccount({ token, next }: { token: string; next: string | undefined }) {
  const start = useStartSession(next);
  const register = useWrite('accountsRegister', { org: null, onDone: start });
  const form = useForm({ initialValues: { name: '', email: '', password: '', organisationName: '' } });
  const { email: _email, ...others } = form.values;
  const errors = fieldErrors(register.error, NAMED, Object.keys(token ? others : form.values));
  const field = (name: keyof typeof form.values) => ({
    ...limits(accountsRegister[name]),
    ...form.getInputProps(name),
    error: errors[name],
  });
  return (
    <form
      noValidate
      className="stack"
      onSubmit={form.onSubmit(({ organisationName, email, ...rest }) =>
        register.mutate({
          ...rest,
          ...(token ? { token } : { email }),
          ...(organisationName ? { organisationName } : {}),
          locale: locale(),
        }),
      )}
    >
      <TextInput label={t('Your name')} autoComplete="name" autoFocus {...field('name')} />
      {token ? null : <TextInput label={t('E-mail')} type="email" autoComplete="email" {...field('email')} required />}
      <PasswordInput
        label={t('Password')}
        description={t('At least 12 characters, and no common password.')}
        autoComplete="new-password"
        {...field('password')}
      />
      {next?.startsWith('/invitation') ? null : (
        <TextInput
          label={t('Organisation')}
          description={t('Your name if it is left empty.')}
          {...field('organisationName')}
        />
      )}
      <ProblemNote error={restOf(register.error, errors)} />
      <Button type="submit" loading={register.isPending}>
        {t('Create account')}
      </Button>
    </form>
  );
}
