import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Member, Role } from '@tidegate/client';
import { membersListSort } from '@tidegate/client/generated/choices';
import { useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { day } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { useOwnRole } from '../kernel/own-role.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { meOf } from '../kernel/routes.ts';
import { SearchBox } from '../kernel/search-box.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { ChangeRole } from './change-role.tsx';
import { ExportOrganisation } from './export-organisation.tsx';
import { Invitations } from './invitations.tsx';
import { ROLES } from './team.routes.ts';

const route = getRouteApi('/o/$org/team');

export function ListMembers() {
  const { search, role } = route.useSearch();
  const navigate = route.useNavigate();
  const me = useQuery(meOf()).data;
  const mayChange = useMay()('membersRemove');
  const own = useOwnRole();
  // Nobody grants or takes a role above their own.
  const mayGrant = (role: Role) => own !== undefined && ROLES.indexOf(role) <= ROLES.indexOf(own);
  const filter = { ...(search ? { search } : {}), ...(role ? { role } : {}) };
  const members = useSortedPages('membersList', { limit: 100, ...filter }, { sorts: membersListSort });
  const change = useWrite('membersChangeRole');
  const remove = useWrite('membersRemove');
  const columns: Column<Member>[] = [
    {
      key: 'name',
      title: t('Name'),
      value: ({ name }) => name,
      cell: ({ name, userId }) => (userId === me?.user.id ? `${name} (${t('you')})` : name),
    },
    { key: 'email', title: t('E-mail'), value: ({ email }) => email },
    {
      key: 'role',
      title: t('Role'),
      value: ({ role: has }) => has,
      cell: ({ userId, role: has, name, restricted }) => (
        <span className="row">
          {mayChange && mayGrant(has) ? (
            <ChangeRole
              key={has}
              name={name}
              has={has}
              roles={ROLES.filter(mayGrant)}
              isOneself={userId === me?.user.id}
              onYes={(role) => change.mutate({ userId, role })}
            />
          ) : (
            t(has)
          )}
          {restricted ? <StateMark mark="warning">{t('only reads: over the limit of the plan')}</StateMark> : null}
        </span>
      ),
    },
    {
      key: 'lastActive',
      title: t('Last active'),
      value: ({ lastActiveAt }) => lastActiveAt,
      cell: ({ lastActiveAt }) => (lastActiveAt ? <Moment at={lastActiveAt} /> : '–'),
    },
    {
      key: 'joined',
      title: t('Since'),
      value: ({ joinedAt }) => joinedAt,
      cell: ({ joinedAt }) => <Moment at={joinedAt} as={day} />,
    },
  ];
  if (mayChange) {
    columns.push({
      key: 'remove',
      title: '',
      value: () => null,
      cell: ({ userId, name, role: has }) =>
        userId === me?.user.id || !mayGrant(has) ? null : (
          <Confirm
            label={t('Remove')}
            question={t('Remove {name} from the organisation?', { name })}
            consequence={t('Their API keys and invitations of this organisation end with it.')}
            onYes={() => remove.mutate({ userId })}
          />
        ),
    });
  }
  return (
    <Page title={t('Team')}>
      <ProblemNote error={newestError(change, remove)} />
      <div className="row">
        <SearchBox
          label={t('Search name or address')}
          value={search}
          onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }) })}
        />
        <NativeSelect
          mb="sm"
          aria-label={t('Role')}
          data={[{ value: '', label: t('Every role') }, ...ROLES.map((one) => ({ value: one, label: t(one) }))]}
          value={role ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: (before) => ({ ...before, role: (value || undefined) as Role | undefined }) })
          }
        />
      </div>
      <Reading of={members}>
        {({ items, more }) => (
          <DataTable
            searched
            {...members.table}
            name={t('Members')}
            rows={items}
            columns={columns}
            rowKey={({ userId }) => userId}
            more={more}
          />
        )}
      </Reading>
      <Invitations mayInvite={mayChange ?? false} roles={ROLES.filter(mayGrant)} />
      <ExportOrganisation />
    </Page>
  );
}
