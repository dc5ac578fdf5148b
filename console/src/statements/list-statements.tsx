import { getRouteApi } from '@tanstack/react-router';
import { usePages } from '../kernel/api.ts';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { STATEMENT_SORTS } from './statement-sorts.ts';
import { StatementTable } from './statement-table.tsx';

const route = getRouteApi('/o/$org/servers/$serverId/statements');

export function ListStatements() {
  const { serverId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const sort = search.sort ?? 'totalMs';
  const input = {
    serverId,
    ...rangeOf(search, useNow(60_000)),
    sort,
    limit: 100,
    ...(search.search ? { search: search.search } : {}),
  };
  const statements = usePages('serversStatements', input);
  return (
    <>
      <SearchBox
        label={t('Search in texts')}
        value={search.search}
        onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }) })}
      />
      <Reading of={statements}>
        {({ items, more, first }) => (
          <>
            {first.completeness.warnings.map(({ id, what }) => (
              <p key={id}>
                <StateMark mark="warning">{what}</StateMark>
              </p>
            ))}
            <StatementTable
              items={items}
              total={first.total}
              search={search}
              sort={sort}
              sortable={STATEMENT_SORTS}
              onSort={(key) =>
                void navigate({
                  search: (before) => ({ ...before, sort: key === 'totalMs' ? undefined : key }) as never,
                })
              }
              more={more}
            />
          </>
        )}
      </Reading>
    </>
  );
}
