import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { isProblem, type OwnInvitation } from '@tidegate/client';
import { useOwnPages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { useEnter } from '../kernel/enter-organisation.ts';
import { day } from '../kernel/format.ts';
import { newestError } from '../kernel/newest-error.rules.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { meOf } from '../kernel/routes.ts';
import { t } from '../kernel/strings.ts';

/** Invitations to one's own address: who has proven it needs no link to join. */
export function OwnInvitations() {
  const invitations = useOwnPages('invitationsOwn', { limit: 100 });
  const isVerified = useQuery(meOf()).data?.user.emailVerified ?? false;
  const accept = useWrite('invitationsAcceptOwn', { org: null, leaves: true, onDone: useEnter() });
  const decline = useWrite('invitationsDecline', { org: null });
  const columns: Column<OwnInvitation>[] = [
    {
      key: 'organisation',
      title: t('Organisation'),
      value: ({ organisation }) => organisation.name,
    },
    { key: 'role', title: t('Role'), value: ({ role }) => t(role) },
    { key: 'until', title: t('Until'), value: ({ expiresAt }) => expiresAt, cell: ({ expiresAt }) => day(expiresAt) },
    {
      key: 'do',
      title: '',
      value: () => null,
      cell: ({ id, organisation }) => (
        <span className="row">
          {isVerified ? (
            <Button
              size="compact-sm"
              loading={accept.isPending && accept.variables.invitationId === id}
              aria-label={t('Join {name}', { name: organisation.name })}
              onClick={() => accept.mutate({ invitationId: id })}
            >
              {t('Join')}
            </Button>
          ) : null}
          <Confirm
            label={t('Decline')}
            question={t('Decline the invitation of {name}?', { name: organisation.name })}
            consequence={t('Whoever invited you can invite you again.')}
            onYes={() => decline.mutate({ invitationId: id })}
          />
        </span>
      ),
    },
  ];
  // Where mails are sent, they are shown once the address is verified.
  if (isProblem(invitations.error) && invitations.error.code === 'email_unverified')
    return <p>{t('Invitations to you are shown here once your address is verified: see your account.')}</p>;
  return (
    <>
      <ProblemNote error={newestError(accept, decline)} />
      <Reading of={invitations}>
        {({ items, more }) =>
          items.length === 0 ? null : (
            <>
              <h2>{t('Invitations to you')}</h2>
              {isVerified ? null : (
                <p>{t('Your address is not verified: to join, open the link that you were given or sent.')}</p>
              )}
              <DataTable
                part="invited"
                name={t('Invitations to you')}
                rows={items}
                columns={columns}
                rowKey={({ id }) => id}
                more={more}
              />
            </>
          )
        }
      </Reading>
    </>
  );
}
