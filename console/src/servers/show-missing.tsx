import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useRead, useWrite } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { May } from '../kernel/may.tsx';
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
      <May op="serversTest">
        <div className="row">
          <Button
            size="compact-sm"
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate({ serverId })}
          >
            {t('Test again')}
          </Button>
        </div>
      </May>
      <ProblemNote error={test.error} />
      {test.data ? (
        <CheckList report={test.data} />
      ) : (
        <Reading of={overview}>
          {({ missing, server }) =>
            missing.length === 0 && !server.failure ? (
              server.state === 'ok' ? (
                <Empty title={t('Nothing is missing')}>
                  {t('Everything that Tidegate knows to collect from this server is collected.')}
                </Empty>
              ) : (
                <Empty title={t('Nothing is collected at the moment')}>
                  {t('A test says whether it can be reached, and what would be missing.')}
                </Empty>
              )
            ) : (
              <Missing checks={missing} failure={server.failure} />
            )
          }
        </Reading>
      )}
    </div>
  );
}
