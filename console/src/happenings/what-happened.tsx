import { Link } from '@tanstack/react-router';
import type { Happening } from '@tidegate/client';
import { useOrg, useRead } from '../kernel/api.ts';
import { Age } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { HappeningThing } from './happening-thing.tsx';
import { markOf, sentenceOf } from './happening-words.ts';
import { ShowNew } from './show-new.tsx';
import { useHeldBack } from './use-held-back.ts';
import { useNames } from './use-names.ts';
import classes from './what-happened.module.css';

const NEWEST = 20;

/** The newest of what happened, on the overview. */
export function WhatHappened() {
  const org = useOrg();
  const feed = useRead('feedList', { limit: NEWEST }, { everyMs: 30_000 });
  return (
    <section aria-label={t('What happened')}>
      <h2>{t('What happened')}</h2>
      <Reading of={feed}>
        {({ items, nextCursor }) =>
          items.length === 0 ? (
            <p className="quiet">
              {t('Nothing so far: what servers, bots, members and payments do stands here a moment later.')}
            </p>
          ) : (
            <>
              <Newest rows={items} />
              {nextCursor ? (
                <p>
                  <Link to="/o/$org/feed" params={{ org }}>
                    {t('Show more')}
                  </Link>
                </p>
              ) : null}
            </>
          )
        }
      </Reading>
    </section>
  );
}

function Newest({ rows }: { rows: readonly Happening[] }) {
  const { shown, fresh, show } = useHeldBack(rows);
  const names = useNames(shown);
  return (
    <>
      <ShowNew fresh={fresh} show={show} />
      <ul className={classes['rows']}>
        {shown.slice(0, NEWEST).map((one) => (
          <li key={one.id}>
            <StateMark mark={markOf(one)}>
              <HappeningThing of={one} names={names} />
            </StateMark>
            <span>{sentenceOf(one, names)}</span>
            <span className="quiet">
              <Age at={one.at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
