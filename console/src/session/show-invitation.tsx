import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ShownInvitation } from '@tidegate/client';
import { isProblem } from '@tidegate/client';
import { accountsRegister } from '@tidegate/client/generated/limits/identity';
import { client, readOf, useWrite } from '../kernel/api.ts';
import { checkInput } from '../kernel/check-input.ts';
import { useEnter } from '../kernel/enter-organisation.ts';
import { day } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { Moment } from '../kernel/moment.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { meOf } from '../kernel/routes.ts';
import { locale, t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';
import { tokenOf } from './mailed-token.ts';

/** What an invitation is for, to whoever follows its link: logged in or not, with an account or without. */
export function ShowInvitation() {
  const token = tokenOf();
  // Asked by POST, so that the token is in no server's log.
  const invitation = useQuery({ ...readOf(null, 'invitationsShow', { token }), staleTime: Number.POSITIVE_INFINITY });
  return (
    <Entrance title={t('Invitation')} org={invitation.data?.organisationId}>
      {isProblem(invitation.error) && invitation.error.status === 404 ? (
        <>
          <ProblemNote error={invitation.error} />
          <Link to="/">{t('To the console')}</Link>
        </>
      ) : (
        <Reading of={invitation}>
          {(shown) => (
            <>
              <p>
                <Moment at={shown.expiresAt}>
                  {t('{organisation} invites {email} to join, with the role {role}. Valid until {day}.', {
                    organisation: shown.organisation,
                    email: shown.email,
                    role: t(shown.role),
                    day: day(shown.expiresAt),
                  })}
                </Moment>
              </p>
              <Answer token={token} shown={shown} />
            </>
          )}
        </Reading>
      )}
    </Entrance>
  );
}

function Answer({ token, shown }: { token: string; shown: ShownInvitation }) {
  const me = useQuery(meOf());
  const next = location.pathname + location.hash;
  if (me.isPending) return null;
  if (me.data && me.data.user.email.toLowerCase() === shown.email.toLowerCase()) return <Accept token={token} />;
  return (
    <>
      {me.data ? (
        <p role="alert">
          {t('You are logged in as {email}. The invitation is for another address.', { email: me.data.user.email })}
        </p>
      ) : null}
      {shown.provesAddress ? <JoinAsNew token={token} /> : null}
      <p>
        {t('You have an account with this address?')}{' '}
        <Link to="/log-in" search={{ next }}>
          {t('Log in')}
        </Link>
      </p>
      {shown.provesAddress ? null : (
        <p>
          {t('No account yet?')}{' '}
          <Link to="/register" search={{ next }}>
            {t('Create one')}
          </Link>
        </p>
      )}
    </>
  );
}

function Accept({ token }: { token: string }) {
  const accept = useWrite('invitationsAccept', { org: null, leaves: true, onDone: useEnter() });
  return (
    <div className="stack">
      <ProblemNote error={accept.error} />
      <Button loading={accept.isPending} onClick={() => accept.mutate({ token })}>
        {t('Join')}
      </Button>
    </div>
  );
}

/** An account and the membership, one after the other; sent again, what is done already is not done twice. */
function JoinAsNew({ token }: { token: string }) {
  const enter = useEnter();
  const form = useForm({ initialValues: { name: '', password: '' } });
  const join = useMutation({
    mutationFn: async (person: { name: string; password: string }) => {
      const account = { ...person, token, locale: locale() };
      await checkInput('accountsRegister', account);
      await client.accountsRegister(account);
      return client.invitationsAccept({ token });
    },
    onSuccess: enter,
  });
  const isTaken = isProblem(join.error) && join.error.code === 'email_taken';
  const errors = fieldErrors(join.error, { password_too_weak: 'password' }, Object.keys(form.values));
  return (
    <form noValidate className="stack" onSubmit={form.onSubmit((person) => join.mutate(person))}>
      <TextInput
        label={t('Your name')}
        autoComplete="name"
        {...limits(accountsRegister.name)}
        {...form.getInputProps('name')}
        error={errors['name']}
      />
      <PasswordInput
        label={t('Password')}
        description={t('At least 12 characters, and no common password.')}
        autoComplete="new-password"
        {...limits(accountsRegister.password)}
        {...form.getInputProps('password')}
        error={errors['password']}
      />
      {isTaken ? (
        <p role="alert">{t('This address has an account already: log in below.')}</p>
      ) : (
        <ProblemNote error={restOf(join.error, errors)} />
      )}
      <Button type="submit" loading={join.isPending}>
        {t('Create account and join')}
      </Button>
    </form>
  );
}
