import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { ListedFinding } from '@tidegate/client';
import { serversFindingsDismiss } from '@tidegate/client/generated/limits/monitor-agent';
import { useState } from 'react';
import { usePages, useWrite } from '../kernel/api.ts';
import { Empty } from '../kernel/empty.tsx';
import { bytes } from '../kernel/format.ts';
import { limits } from '../kernel/limits.ts';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { saidText } from '../kernel/said-text.ts';
import { Sql } from '../kernel/sql.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import classes from './list-findings.module.css';

const route = getRouteApi('/o/$org/servers/$serverId/findings');
const KINDS: Record<ListedFinding['kind'], string> = {
  invalid: 'Invalid indexes: they slow down writes without being used',
  duplicate: 'Indexes that are there twice',
  redundant: 'Indexes that another one begins with',
  unused: 'Indexes that nobody has read for at least 35 days',
};

/** What could go, why, and what speaks against it; what was decided to stay can be seen again. */
export function ListFindings() {
  const { serverId } = route.useParams();
  const { show } = route.useSearch();
  const navigate = route.useNavigate();
  const findings = usePages('serversIndexFindings', { serverId, limit: 100, dismissed: show === 'dismissed' });
  return (
    <Reading of={findings}>
      {({ items, more, first }) => (
        <div className="stack">
          <SegmentedControl
            className={classes['shown']}
            size="xs"
            aria-label={t('Which findings')}
            value={show ?? 'open'}
            onChange={(value) =>
              void navigate({
                search: (before) => ({ ...before, show: value === 'open' ? undefined : value }) as never,
              })
            }
            data={[
              { value: 'open', label: t('Open') },
              { value: 'dismissed', label: t('Dismissed ({count})', { count: first.dismissed }) },
            ]}
          />
          {items.length === 0 ? (
            <Empty title={t('No index is in question')}>
              {t('{judged} of {known, plural, one {# index was} other {# indexes were}} judged.', {
                judged: first.judged,
                known: first.known,
              })}
            </Empty>
          ) : (
            <p>
              {t('{count, plural, one {# finding} other {# findings}}; without these indexes {bytes} would be free.', {
                count: first.total,
                bytes: bytes(first.bytes),
              })}
            </p>
          )}
          {[...Map.groupBy(items, ({ kind }) => kind)].map(([kind, some]) => (
            <section key={kind} aria-label={t(KINDS[kind])}>
              <h2>{t(KINDS[kind])}</h2>
              {some.map((finding) => (
                <Finding key={finding.id} finding={finding} serverId={serverId} />
              ))}
            </section>
          ))}
          {more ? (
            <button type="button" className="as-link" onClick={more}>
              {t('Show more')}
            </button>
          ) : null}
        </div>
      )}
    </Reading>
  );
}

function Finding({ finding, serverId }: { finding: ListedFinding; serverId: string }) {
  const { id, kind, database, schema, index, table, bytes: size, what, evidence, sql, dismissed } = finding;
  return (
    <details>
      <summary>
        <StateMark mark={kind === 'invalid' ? 'warning' : 'info'}>
          {schema}.{index} {t('on {table} in {database}', { table, database })}
          {size === null ? '' : ` · ${bytes(size)}`}
        </StateMark>
      </summary>
      <p>{saidText(what)}</p>
      <ul>
        {evidence.map((line) => (
          <li key={line}>{saidText(line)}</li>
        ))}
      </ul>
      {sql ? <Sql text={sql} /> : null}
      {dismissed ? (
        <Dismissed serverId={serverId} finding={id} dismissed={dismissed} />
      ) : (
        <May op="serversFindingsDismiss">
          <Dismiss serverId={serverId} finding={id} />
        </May>
      )}
    </details>
  );
}

function Dismiss({ serverId, finding }: { serverId: string; finding: string }) {
  const [reason, setReason] = useState('');
  const dismiss = useWrite('serversFindingsDismiss');
  const errors = fieldErrors(dismiss.error);
  return (
    <form
      noValidate
      className="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim()) dismiss.mutate({ serverId, finding, reason: reason.trim() });
      }}
    >
      <TextInput
        aria-label={t('Why it stays')}
        placeholder={t('Why it stays')}
        {...limits(serversFindingsDismiss.reason)}
        error={errors['reason']}
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" variant="default" loading={dismiss.isPending} disabled={!reason.trim()}>
        {t('Dismiss')}
      </Button>
      <ProblemNote error={restOf(dismiss.error, errors)} />
    </form>
  );
}

function Dismissed({
  serverId,
  finding,
  dismissed: { reason, at },
}: {
  serverId: string;
  finding: string;
  dismissed: NonNullable<ListedFinding['dismissed']>;
}) {
  const restore = useWrite('serversFindingsRestore');
  return (
    <div className="row">
      <span>
        {t('Dismissed: {reason}', { reason })} · <Moment at={at} />
      </span>
      <May op="serversFindingsRestore">
        <Button
          size="compact-sm"
          variant="default"
          loading={restore.isPending}
          onClick={() => restore.mutate({ serverId, finding })}
        >
          {t('Show it again')}
        </Button>
      </May>
      <ProblemNote error={restore.error} />
    </div>
  );
}
