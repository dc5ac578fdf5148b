import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { type AuditEntry, type AuditListInput, isProblem, type TidegateProblem } from '@tidegate/client';
import { auditListSort } from '@tidegate/client/generated/choices';
import { beginOfDay } from '../kernel/begin-of-day.rules.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { zoneName } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { PlanLimit } from '../kernel/plan-limit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import classes from './audit.module.css';
import { AuditFilter } from './audit-filter.tsx';
import { actionWord, changeText, meansWord, outcomeWord, thingWord, whoWord, whyRefused } from './audit-words.ts';

const route = getRouteApi('/o/$org/audit');
/** More are behind a click, so that one entry does not fill the page. */
const FEW = 3;

/** Who changed what. A plan without it is told which has it, in the place of the list. */
export function ShowAudit() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { means, person, action, outcome, thing, of, from, to } = search;
  const asked: AuditListInput = {
    limit: 50,
    outcome: outcome ?? 'all',
    ...(means ? { means } : {}),
    ...(person ? { userId: person } : {}),
    ...(action ? { action } : {}),
    ...(thing ? { thing } : {}),
    ...(of ? { thingId: of } : {}),
    // Days of the zone in which the list shows its times.
    ...(from ? { from: beginOfDay(from, zoneName()) } : {}),
    ...(to ? { to: beginOfDay(to, zoneName(), 1) } : {}),
  };
  const entries = useSortedPages('auditList', asked, { sorts: auditListSort });
  const lacking = entries.data === undefined && isLacking(entries.error) ? entries.error : undefined;
  const only = (more: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...more }) });
  const columns: Column<AuditEntry>[] = [
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'who',
      title: t('Who'),
      value: ({ actor }) => whoWord(actor),
      cell: ({ actor }) => (
        <>
          {whoWord(actor)}
          {actor.kind === 'api_key' ? <div className="quiet">{meansWord(actor.kind)}</div> : null}
        </>
      ),
    },
    {
      key: 'action',
      title: t('What'),
      value: ({ action: name }) => name,
      cell: ({ action: name, refused }) => (
        <Narrow label={t('Only {what}', { what: name })} onClick={() => only({ action: name })}>
          {refused ? t('Not done: {what}', { what: actionWord(name) }) : actionWord(name)}
        </Narrow>
      ),
    },
    {
      key: 'outcome',
      title: t('Outcome'),
      value: (entry) => [outcomeWord(entry.refused ? 'refused' : 'done'), whyRefused(entry)].filter(Boolean).join(': '),
      cell: (entry) => <Outcome of={entry} />,
    },
    { key: 'kind', title: t('Kind'), value: ({ thing: { kind } }) => thingWord(kind) },
    {
      key: 'thing',
      title: t('Thing'),
      value: ({ thing: { name, id } }) => name ?? id,
      cell: ({ thing: { name, id, kind } }) =>
        id ? (
          <Narrow
            label={t('Only {what}', { what: name ?? id })}
            onClick={() => only({ of: id, thing: kind, action: undefined })}
          >
            {name ?? id}
          </Narrow>
        ) : (
          (name ?? '–')
        ),
    },
    {
      key: 'changes',
      title: t('Fields'),
      value: ({ changes }) => changes.map(changeText).join('; ') || null,
      cell: ({ changes }) => <Changes of={changes.map(changeText)} />,
    },
    { key: 'means', title: t('By what means'), hidden: true, value: ({ actor }) => meansWord(actor.kind) },
    { key: 'address', title: t('From where'), value: ({ actor }) => actor.address },
    { key: 'thingId', title: t('Id of the thing'), hidden: true, value: ({ thing: { id } }) => id },
    { key: 'key', title: t('Id of the key'), hidden: true, value: ({ actor }) => actor.keyId },
    { key: 'session', title: t('Id of the session'), hidden: true, value: ({ actor }) => actor.sessionId },
  ];
  return (
    <Page
      title={t('Audit log')}
      lead={t(
        'Who changed what in this organisation, or tried to without the right. It is recorded with every plan, and never contains secrets.',
      )}
    >
      {lacking ? <NotIncluded problem={lacking} /> : null}
      {lacking ? null : (
        <Reading of={entries}>
          {({ items, more }) => (
            <>
              <AuditFilter />
              {items.length > 0 ? (
                <DataTable
                  {...entries.table}
                  name={t('Audit log')}
                  rows={items}
                  columns={columns}
                  rowKey={({ id }) => id}
                  more={more}
                />
              ) : outcome === 'refused' && Object.keys(search).length === 1 ? (
                <Empty title={t('Nothing was refused')}>
                  {t('What somebody tries without the right to, and wrong passwords of members, appear here.')}
                </Empty>
              ) : Object.keys(search).length > 0 ? (
                <Empty title={t('Nothing that this filter shows')}>{t('Take something out of the filter.')}</Empty>
              ) : (
                <Empty title={t('Nothing was changed yet')}>
                  {t('What people, keys and the support change from now on appears here a moment later.')}
                </Empty>
              )}
            </>
          )}
        </Reading>
      )}
    </Page>
  );
}

const isLacking = (error: unknown): error is TidegateProblem =>
  isProblem(error) && error.code === 'feature_not_included';

/** No fault: it is there, and can be had. */
function NotIncluded({ problem }: { problem: TidegateProblem }) {
  return (
    <Empty title={t('The audit log is not part of your plan')}>
      <p>{t('What is changed is recorded already. With the audit log you see what happened before as well.')}</p>
      <PlanLimit problem={problem} />
    </Empty>
  );
}

function Narrow({ label, onClick, children }: { label: string; onClick: () => void; children: string }) {
  return (
    <Button variant="subtle" size="compact-sm" className={classes['narrow'] ?? ''} title={label} onClick={onClick}>
      {children}
    </Button>
  );
}

/** What was refused stands out, with the reason below. */
function Outcome({ of }: { of: AuditEntry }) {
  if (!of.refused) return outcomeWord('done');
  return (
    <>
      <StateMark mark="warning">{outcomeWord('refused')}</StateMark>
      <div className={classes['why']}>{whyRefused(of)}</div>
    </>
  );
}

function Changes({ of }: { of: readonly string[] }) {
  if (of.length === 0) return '–';
  const list = (lines: readonly string[]) => (
    <ul className={classes['changes']}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
  if (of.length <= FEW) return list(of);
  return (
    <details>
      <summary>{t('{count, plural, one {# field} other {# fields}}', { count: of.length })}</summary>
      {list(of)}
    </details>
  );
}
