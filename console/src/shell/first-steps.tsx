import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useCallback, useEffect, useState } from 'react';
import { useRead } from '../kernel/api.ts';
import { useMay } from '../kernel/may.tsx';
import { useScopes } from '../kernel/own-role.ts';
import { meOf, placesOf } from '../kernel/routes.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { store, stored } from '../kernel/stored.ts';
import { t } from '../kernel/strings.ts';
import classes from './shell.module.css';

const LOOKED = 'looked-at-own-server';

/** What somebody new does first, until it is done or put away. A step is done by what there is, not by a click. */
export function FirstSteps({ org }: { org: string }) {
  const away = `first-steps-away-${org}`;
  const [put, setPut] = useState(stored(away) !== undefined);
  const servers = useRead('serversList', { limit: 200 }, { enabled: !put }).data;
  const bots = useRead('botsList', { limit: 20 }, { enabled: !put }).data;
  const may = useMay();
  const steps = (servers && bots ? stepsOf(org, servers.items, bots.items) : []).filter(({ op }) => !op || may(op));
  const isDone = steps.length > 0 && steps.every(({ done }) => done);
  const putAway = useCallback(() => {
    store(away, 'yes');
    setPut(true);
  }, [away]);
  // What is done is not asked for again with every visit.
  useEffect(() => {
    if (isDone) putAway();
  }, [isDone, putAway]);
  if (put || isDone || steps.length === 0) return null;
  return (
    <section className={classes['steps']} aria-label={t('First steps')}>
      <strong>{t('First steps')}</strong>
      <ol>
        {steps.map(({ text, done, to, params }) => (
          <li key={text}>
            <StateMark mark={done ? 'ok' : 'pending'}>
              {done ? (
                t('{what}: done', { what: text })
              ) : (
                <Link
                  {...({ to, params } as never as { to: '/' })}
                  onClick={() => to === '/o/$org/servers/$serverId' && store(LOOKED, 'yes')}
                >
                  {text}
                </Link>
              )}
            </StateMark>
          </li>
        ))}
      </ol>
      <div className="row">
        <DemoStep />
        <Button size="compact-xs" variant="default" onClick={putAway}>
          {t('Put away')}
        </Button>
      </div>
    </section>
  );
}

/** Whoever may look at the demo gets there; an operator is told how to make it. */
function DemoStep() {
  const demo = placesOf(useQuery(meOf()).data).find((one) => one.demo);
  const isOperator = useScopes()?.has('operator') ?? false;
  if (demo)
    return (
      <Link to="/o/$org" params={{ org: demo.id }}>
        {t('Or look at a demo first')}
      </Link>
    );
  return isOperator ? (
    <span className="quiet">
      {t('Or look at a demo first:')} <code>npx tidegate demo --fill</code>
    </span>
  ) : null;
}

function stepsOf(
  org: string,
  servers: readonly { id: string; platform: boolean }[],
  bots: readonly { status: string }[],
) {
  const own = servers.find(({ platform }) => platform);
  return [
    ...(own
      ? [
          {
            text: t('Look at the PostgreSQL of this installation'),
            op: undefined,
            done: stored(LOOKED) !== undefined,
            to: '/o/$org/servers/$serverId',
            params: { org, serverId: own.id },
          },
        ]
      : []),
    {
      text: t('Connect a PostgreSQL server of yours'),
      op: 'serversCreate' as const,
      done: servers.some(({ platform }) => !platform),
      to: '/o/$org/servers/new',
      params: { org },
    },
    {
      text: t('Start a bot on paper: it trades with the market’s prices and no money'),
      op: 'botsCreate' as const,
      done: bots.some(({ status }) => status !== 'stopped'),
      to: '/o/$org/bots/new',
      params: { org },
    },
  ];
}
