import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { Link, useNavigate } from '@tanstack/react-router';
import { isProblem } from '@tidegate/client';
import { passwordsForgotten, passwordsReset } from '@tidegate/client/generated/limits/identity';
import { useEffect, useRef } from 'react';
import { queryClient, useWrite } from '../kernel/api.ts';
import { useInstallation } from '../kernel/brand.tsx';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';
import { tokenOf } from './mailed-token.ts';

/* Pages that links in mails lead to. */

export function ForgottenPassword() {
  const form = useForm({ initialValues: { email: '' } });
  const ask = useWrite('passwordsForgotten', { org: null });
  const errors = fieldErrors(ask.error);
  const installation = useInstallation();
  return (
    <Entrance title={t('Forgotten password')}>
      {installation?.email === false ? (
        <p>
          {t('This installation sends no mail. Ask its operator for a link:')} <code>npx tidegate users link</code>
        </p>
      ) : ask.isSuccess ? (
        <p role="status">
          {t('If there is an account with this address, a mail is on its way. Its link works once, for 15 minutes.')}
        </p>
      ) : (
        <form noValidate className="stack" onSubmit={form.onSubmit((values) => ask.mutate(values))}>
          <TextInput
            label={t('E-mail')}
            type="email"
            autoComplete="username"
            {...limits(passwordsForgotten.email)}
            autoFocus
            {...form.getInputProps('email')}
            error={errors['email']}
          />
          <ProblemNote error={restOf(ask.error, errors)} />
          <Button type="submit" loading={ask.isPending}>
            {t('Send the mail')}
          </Button>
        </form>
      )}
      <Link to="/log-in">{t('Log in')}</Link>
    </Entrance>
  );
}

export function ResetPassword() {
  const navigate = useNavigate();
  const form = useForm({ initialValues: { password: '' } });
  const reset = useWrite('passwordsReset', { org: null, onDone: () => navigate({ to: '/log-in' }) });
  const errors = fieldErrors(reset.error, { password_too_weak: 'password' }, ['password']);
  if (tokenOf() === '')
    return (
      <Entrance title={t('Set a new password')}>
        <DeadLink />
        <Link to="/forgotten-password">{t('Ask for a new link')}</Link>
      </Entrance>
    );
  return (
    <Entrance title={t('Set a new password')}>
      <form
        noValidate
        className="stack"
        onSubmit={form.onSubmit(({ password }) => reset.mutate({ token: tokenOf(), password }))}
      >
        <PasswordInput
          label={t('New password')}
          description={t('At least 12 characters, and no common password. All sessions of the account end.')}
          autoComplete="new-password"
          {...limits(passwordsReset.password)}
          autoFocus
          {...form.getInputProps('password')}
          error={errors['password']}
        />
        <ProblemNote error={restOf(reset.error, errors)} />
        <Button type="submit" loading={reset.isPending}>
          {t('Set it')}
        </Button>
      </form>
    </Entrance>
  );
}

export const VerifyEmail = () => (
  <ByToken
    title={t('Verify your e-mail address')}
    operation="emailsVerify"
    done={t('The address is verified.')}
    onDone={dropRead}
  />
);

export const ConfirmEmailChange = () => (
  <ByToken
    title={t('Confirm your new e-mail address')}
    operation="emailsConfirmChange"
    done={t('Your account has this address now.')}
    onDone={dropRead}
  />
);

/** Asks first: a mail program that follows links must not lock anybody out. */
export const UndoEmailChange = () => (
  <ByToken
    title={t('Undo the change of your e-mail address')}
    operation="emailsUndoChange"
    ask={t(
      'Your account gets this address back. All sessions and the password end, and a mail to set a new one is sent.',
    )}
    yes={t('Undo the change')}
    done={t('Your account has this address again. A mail to set a new password is on its way.')}
    onDone={dropRead}
  />
);

const dropRead = () => queryClient.clear();

export const ConfirmAddress = () => (
  <ByToken
    title={t('Confirm this address')}
    operation="channelsConfirm"
    done={t('Notifications are sent to this address from now on.')}
  />
);

/** Asks first: a mail program that follows links agrees to nothing. */
export const ConfirmReplyAddress = () => (
  <ByToken
    title={t('Confirm this address for answers')}
    operation="mailSendersConfirm"
    ask={t('Answers to the mails of the organisation that asked will come to this address.')}
    yes={t('I agree')}
    done={t('Answers come to this address from now on.')}
  />
);

export const Unsubscribe = () => (
  <ByToken
    title={t('Unsubscribe')}
    operation="channelsUnsubscribe"
    done={t('Nothing is sent to this address any more.')}
  />
);

/** An answer that says that it is the link itself: to try again would not help. */
const isDeadLink = (error: unknown): boolean => isProblem(error) && [400, 404, 409, 410, 422].includes(error.status);

const DeadLink = () => (
  <p role="alert">
    {t(
      'This link does not work any more: it was used already, a newer one has replaced it, its time is over, or the mail program has cut it off. Take the newest mail, and copy the whole link if need be.',
    )}
  </p>
);

interface ByTokenProps {
  title: string;
  operation:
    | 'emailsVerify'
    | 'emailsConfirmChange'
    | 'emailsUndoChange'
    | 'channelsConfirm'
    | 'channelsUnsubscribe'
    | 'mailSendersConfirm';
  /** What happens; then only after a click. */
  ask?: string;
  /** What is clicked. */
  yes?: string;
  done: string;
  onDone?: () => void;
}

/** Does one thing with the token of a link. */
function ByToken({ title, operation, ask, yes, done, onDone }: ByTokenProps) {
  const act = useWrite(operation, { org: null, onDone });
  const { mutate } = act;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current || ask) return;
    begun.current = true;
    mutate({ token: tokenOf() });
  }, [mutate, ask]);
  const logInFirst = isProblem(act.error) && act.error.code === 'unauthenticated';
  return (
    <Entrance title={title}>
      {ask && act.isIdle ? (
        <>
          <p>{ask}</p>
          <Button onClick={() => mutate({ token: tokenOf() })}>{yes}</Button>
        </>
      ) : null}
      {act.isPending ? <StateMark mark="pending">{t('One moment …')}</StateMark> : null}
      {act.data ? <StateMark mark="ok">{done}</StateMark> : null}
      {logInFirst ? (
        <p>
          {t('The link belongs to an account. Log in to it, and the link is taken up by itself.')}{' '}
          <Link to="/log-in" search={{ next: location.pathname + location.hash }}>
            {t('Log in first')}
          </Link>
        </p>
      ) : isDeadLink(act.error) ? (
        <DeadLink />
      ) : (
        <ProblemNote error={act.error} retry={() => mutate({ token: tokenOf() })} />
      )}
      <Link to="/">{t('To the console')}</Link>
    </Entrance>
  );
}
