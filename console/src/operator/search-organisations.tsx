import { getRouteApi, Link } from '@tanstack/react-router';
import type { OrganisationSummary } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day, majorOf, money } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { t } from '../kernel/strings.ts';
import { ORGANISATION_SORTS } from './operator.routes.ts';

const route = getRouteApi('/o/$org/operator/organisations');

export function SearchOrganisations() {
  const org = useOrg();
  const { q, sort = 'created' } = route.useSearch();
  const navigate = route.useNavigate();
  const organisations = usePages('organisationsSearch', { limit: 50, sort, ...(q ? { q } : {}) });
  const columns: Column<OrganisationSummary>[] = [
    {
      key: 'name',
      title: t('Organisation'),
      value: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link to="/o/$org/operator/organisations/$organisationId" params={{ org, organisationId: id }}>
          {name || id}
        </Link>
      ),
    },
    { key: 'owner', title: t('Owner'), value: ({ ownerEmail }) => ownerEmail },
    {
      key: 'plans',
      title: t('Plans'),
      value: ({ plans }) =>
        plans.map(({ productName, planName, status }) => `${productName}: ${planName} (${t(status)})`).join(', '),
    },
    {
      key: 'mrr',
      title: t('A month'),
      number: true,
      value: ({ mrr }) => mrr.map(({ amountMinor, currency }) => majorOf(amountMinor, currency)).join(' + ') || null,
      unit: { title: t('Currency'), of: ({ mrr }) => mrr.map(({ currency }) => currency).join(' + ') },
      cell: ({ mrr }) => mrr.map(({ amountMinor, currency }) => money(amountMinor, currency)).join(', ') || '–',
    },
    {
      key: 'created',
      title: t('Since'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} as={day} />,
    },
  ];
  return (
    <Page title={t('Organisations')}>
      <SearchBox
        label={t('Name, owner or id')}
        value={q}
        onSearch={(text) => void navigate({ search: (before) => ({ ...before, q: text }) as never })}
      />
      <Reading of={organisations}>
        {({ items, more }) => (
          <DataTable
            searched
            sort={sort}
            sortable={ORGANISATION_SORTS}
            ascending={['name']}
            onSort={(key) =>
              void navigate({
                search: (before) => ({ ...before, sort: key === 'created' ? undefined : key }) as never,
              })
            }
            name={t('Organisations')}
            rows={items}
            columns={columns}
            rowKey={({ id }) => id}
            more={more}
          />
        )}
      </Reading>
    </Page>
  );
}
