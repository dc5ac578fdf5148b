import { t } from '../kernel/strings.ts';
import { Entrance } from './entrance.tsx';

/** Somebody who was removed from the last organisation, or has left it. */
export function NoOrganisation() {
  return (
    <Entrance title={t('You belong to no organisation')}>
      <p>{t('Ask for an invitation, and open the link in it.')}</p>
    </Entrance>
  );
}
