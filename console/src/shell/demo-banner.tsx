import { useQuery } from '@tanstack/react-query';
import { clock, day } from '../kernel/format.ts';
import { meOf, placesOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import classes from './shell.module.css';

/** On each page of the demo, so that nothing on it is ever taken for real. */
export function DemoBanner({ org }: { org: string }) {
  const own = placesOf(useQuery(meOf()).data).find(({ id }) => id === org);
  if (!own?.demo) return null;
  return (
    <p className={classes['demo']} role="note">
      <StateMark mark="info">
        <strong>{t('Demo data')}</strong>{' '}
        {own.demoUntil
          ? t('All of it is made up, up to {time}. It can only be looked at.', {
              time: `${day(own.demoUntil)}, ${clock(own.demoUntil)}`,
            })
          : t('All of it is made up, and it is being filled. It can only be looked at.')}
      </StateMark>
    </p>
  );
}
