import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEnter } from '../kernel/enter-organisation.ts';
import { Page } from '../kernel/page.tsx';
import { meOf } from '../kernel/routes.ts';
import { t } from '../kernel/strings.ts';
import { CreateOrganisation } from './create-organisation.tsx';
import { OwnInvitations } from './own-invitations.tsx';

/** Somebody who was removed from the last organisation, or has left it. */
export function NoOrganisation() {
  const enter = useEnter();
  const demo = useQuery(meOf()).data?.demo;
  return (
    <Page
      title={t('You belong to no organisation')}
      lead={t('Join one that has invited you, ask for an invitation, or create one of your own.')}
    >
      <OwnInvitations />
      <h2>{t('An organisation of your own')}</h2>
      <CreateOrganisation onDone={({ id }) => enter({ organisationId: id })} />
      {demo ? (
        <p>
          <Link to="/o/$org" params={{ org: demo.id }}>
            {t('Or look at a demo first')}
          </Link>
        </p>
      ) : null}
    </Page>
  );
}
