import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useRead, useWrite } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { CheckList } from './check-list.tsx';
import { Missing } from './missing.tsx';

const route = getRouteApi('/o/$org/servers/$serverId/missing');

/** What is not collected and why, with the SQL that mends it, and a test whether it did. */
export function ShowMissing() {
  const { serverId } = route.useParams();
  const overview = useRead('serversOverview', { serverId }, { everyMs: 30_000 });
  const test = useWrite('serversTest');
  return (
    <div className="stack">
      <div className="row">
        <Button size="compact-sm" variant="default" loading={test.isPending} onClick={() => test.mutate({ serverId })}>
          {t('Test again')}
        </Button>
      </div>
      <ProblemNote error={test.error} />
      {test.data ? (
        <CheckList report={test.data} />
      ) : (
        <Reading of={overview}>
          {({ missing, server }) =>
            missing.length === 0 && !server.failure ? (
              <Empty title={t('Nothing is missing')}>
                {t('Everything that Tidegate knows to collect from this server is collected.')}
              </Empty>
            ) : (
              <Missing checks={missing} failure={server.failure} />
            )
          }
        </Reading>
      )}
    </div>
  );
}
