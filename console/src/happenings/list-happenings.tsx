import { NativeSelect } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Happening } from '@tidegate/client';
import { usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { AREAS, areaOf, HAPPENING_KINDS } from './happening-kinds.ts';
import { HappeningThing, thingName } from './happening-thing.tsx';
import { areaWord, kindWord, markOf, sentenceOf } from './happening-words.ts';
import { ShowNew } from './show-new.tsx';
import { useHeldBack } from './use-held-back.ts';
import { useNames } from './use-names.ts';

const route = getRouteApi('/o/$org/feed');

/** All that happened, for as long as it is kept; what is filtered stands in the address. */
export function ListHappenings() {
  const search = route.useSearch();
  const { area, kind } = search;
  const navigate = route.useNavigate();
  const filter = { ...(area ? { area } : {}), ...(kind ? { kind } : {}) };
  const feed = usePages('feedList', { limit: 50, ...filter }, { everyMs: 30_000 });
  const choose = (more: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...more }) });
  return (
    <Page
      title={t('What happened')}
      lead={t('What servers, bots, members and payments did. Who changed what is in the audit log.')}
    >
      <search className="row">
        <NativeSelect
          mb="sm"
          aria-label={t('Area')}
          data={[{ value: '', label: t('Everything') }, ...AREAS.map((one) => ({ value: one, label: areaWord(one) }))]}
          value={area ?? ''}
          onChange={({ currentTarget: { value } }) =>
            choose({ area: AREAS.find((one) => one === value), kind: undefined })
          }
        />
        <NativeSelect
          mb="sm"
          aria-label={t('Kind')}
          data={[
            { value: '', label: t('All kinds') },
            ...HAPPENING_KINDS.filter((one) => !area || areaOf(one) === area).map((one) => ({
              value: one,
              label: kindWord(one),
            })),
          ]}
          value={kind ?? ''}
          onChange={({ currentTarget: { value } }) => choose({ kind: HAPPENING_KINDS.find((one) => one === value) })}
        />
      </search>
      <Reading of={feed}>
        {({ items, more }) =>
          items.length > 0 ? (
            <Happenings key={`${area} ${kind}`} rows={items} more={more} />
          ) : area || kind ? (
            <Empty title={t('Nothing that this filter shows')}>{t('Take something out of the filter.')}</Empty>
          ) : (
            <Empty title={t('Nothing has happened yet')}>
              {t('What servers, bots, members and payments do stands here a moment later.')}
            </Empty>
          )
        }
      </Reading>
    </Page>
  );
}

function Happenings({ rows, more }: { rows: readonly Happening[]; more: (() => void) | undefined }) {
  const { shown, fresh, show } = useHeldBack(rows);
  const names = useNames(shown);
  const columns: Column<Happening>[] = [
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'thing',
      title: t('Thing'),
      value: (one) => thingName(one, names),
      cell: (one) => (
        <StateMark mark={markOf(one)}>
          <HappeningThing of={one} names={names} />
        </StateMark>
      ),
    },
    { key: 'what', title: t('What happened'), value: (one) => sentenceOf(one, names) },
    { key: 'kind', title: t('Kind'), hidden: true, value: ({ kind }) => kindWord(kind) },
    { key: 'area', title: t('Area'), hidden: true, value: ({ kind }) => areaWord(areaOf(kind)) },
    { key: 'count', title: t('How often'), number: true, hidden: true, value: ({ count }) => count },
    {
      key: 'since',
      title: t('First time'),
      hidden: true,
      value: ({ since }) => since,
      cell: ({ since }) => <Moment at={since} />,
    },
    {
      key: 'amount',
      title: t('Amount'),
      number: true,
      hidden: true,
      value: ({ amount }) => amount,
      unit: { title: t('Currency'), of: ({ currency }) => currency },
    },
  ];
  return (
    <>
      <ShowNew fresh={fresh} show={show} />
      <DataTable
        name={t('What happened')}
        rows={shown}
        columns={columns}
        rowKey={({ id }) => id}
        {...(more ? { more } : {})}
      />
    </>
  );
}
