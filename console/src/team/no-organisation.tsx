import { useEnter } from '../kernel/enter-organisation.ts';
import { Page } from '../kernel/page.tsx';
import { t } from '../kernel/strings.ts';
import { CreateOrganisation } from './create-organisation.tsx';
import { OwnInvitations } from './own-invitations.tsx';

/** Somebody who was removed from the last organisation, or has left it. */
export function NoOrganisation() {
  const enter = useEnter();
  return (
    <Page
      title={t('You belong to no organisation')}
      lead={t('Join one that has invited you, ask for an invitation, or create one of your own.')}
    >
      <OwnInvitations />
      <h2>{t('An organisation of your own')}</h2>
      <CreateOrganisation onDone={({ id }) => enter({ organisationId: id })} />
    </Page>
  );
}
