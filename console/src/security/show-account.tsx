import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useWrite } from '../kernel/api.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { meOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { ChangeEmail } from './change-email.tsx';
import { ChangePassword } from './change-password.tsx';
import { DeleteAccount } from './delete-account.tsx';
import { EditProfile } from './edit-profile.tsx';
import { ListEvents } from './list-events.tsx';
import { ListSessions } from './list-sessions.tsx';

/** A person's own account: it is the same in every organisation. */
export function ShowAccount() {
  const me = useQuery(meOf());
  return (
    <Page title={t('Account')}>
      <Reading of={me}>
        {({ user }) => (
          <>
            {user.emailVerified ? null : <Unverified />}
            <h2>{t('Profile')}</h2>
            <EditProfile key={user.id} user={user} />
            <h2>{t('Sessions')}</h2>
            <ListSessions />
            <h2>{t('E-mail')}</h2>
            <ChangeEmail email={user.email} />
            <h2>{t('Change the password')}</h2>
            <ChangePassword email={user.email} />
            <h2>{t('What was done to this account')}</h2>
            <ListEvents />
            <h2>{t('Delete the account')}</h2>
            <DeleteAccount email={user.email} />
          </>
        )}
      </Reading>
    </Page>
  );
}

function Unverified() {
  const resend = useWrite('emailsResendVerification', { org: null });
  return (
    <div className="row">
      <StateMark mark="warning">{t('The address is not verified yet.')}</StateMark>
      {resend.isSuccess ? (
        <StateMark mark="ok">{t('A mail is on its way.')}</StateMark>
      ) : (
        <Button size="compact-sm" variant="default" loading={resend.isPending} onClick={() => resend.mutate({})}>
          {t('Send the verification mail again')}
        </Button>
      )}
      <ProblemNote error={resend.error} />
    </div>
  );
}
