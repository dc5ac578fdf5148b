import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Domain } from '@tidegate/client';
import { domainsAdd } from '@tidegate/client/generated/limits/identity';
import { useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { CopyText } from '../kernel/copy-text.tsx';
import { limits } from '../kernel/limits.ts';
import { useOwnRole } from '../kernel/own-role.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

const STATES = {
  waiting: { mark: 'pending', text: 'waits for its record' },
  proven: { mark: 'ok', text: 'proven' },
  missing: { mark: 'warning', text: 'its record has gone; it is lost after three days' },
} as const;

/** Host names at which the console opens as the organisation's own, and from which its mails may come. */
export function EditDomains() {
  const domains = useRead('domainsList', { limit: 200 });
  const isOwner = useOwnRole() === 'owner';
  return (
    <section aria-labelledby="domains" className="stack form">
      <h2 id="domains">{t('Own domains')}</h2>
      <p className="quiet">
        {t(
          'These pages open under a domain of yours, for your people alone. Whoever controls a domain can read what is typed under it, passwords too: use one that you keep.',
        )}
      </p>
      <Reading of={domains}>
        {({ items }) => (
          <>
            {items.map((domain) => (
              <OneDomain key={domain.id} domain={domain} isOwner={isOwner} />
            ))}
          </>
        )}
      </Reading>
      {isOwner ? <AddDomain /> : <p className="quiet">{t('Only owners add, prove and remove domains.')}</p>}
    </section>
  );
}

function AddDomain() {
  const form = useForm({ initialValues: { domain: '' } });
  const add = useWrite('domainsAdd', { onDone: () => form.reset() });
  const errors = fieldErrors(add.error);
  return (
    <form noValidate className="stack" onSubmit={form.onSubmit((values) => add.mutate(values))}>
      <TextInput
        label={t('Domain')}
        placeholder="app.example.com"
        {...limits(domainsAdd.domain)}
        autoComplete="off"
        {...form.getInputProps('domain')}
        error={errors['domain']}
      />
      <ProblemNote error={restOf(add.error, errors)} />
      <div className="row">
        <Button type="submit" variant="default" loading={add.isPending}>
          {t('Add a domain')}
        </Button>
      </div>
    </form>
  );
}

function OneDomain({ domain, isOwner }: { domain: Domain; isOwner: boolean }) {
  const prove = useWrite('domainsProve');
  const remove = useWrite('domainsRemove');
  const { id, name, state, record, pointsTo } = domain;
  const { mark, text } = STATES[state];
  return (
    <article aria-label={name} className="stack">
      <div className="row">
        <strong>{name}</strong>
        <StateMark mark={mark}>{t(text)}</StateMark>
        {isOwner ? (
          <Confirm
            label={t('Remove')}
            question={t('Remove the domain {name}?', { name })}
            consequence={t('Its pages end within a minute, and mails come from the operator’s address again.')}
            onYes={() => remove.mutate({ domainId: id })}
          />
        ) : null}
      </div>
      {state === 'proven' ? null : (
        <>
          <p>{t('Set this TXT record at {record}, and leave it there:', { record: record.name })}</p>
          <CopyText text={record.value} />
          {isOwner ? (
            <div className="row">
              <Button size="compact-sm" loading={prove.isPending} onClick={() => prove.mutate({ domainId: id })}>
                {t('Look for the record')}
              </Button>
            </div>
          ) : null}
        </>
      )}
      <p className="quiet">
        {t('For its pages, let a CNAME of {name} lead to {target}. Its certificate is fetched with the first visit.', {
          name,
          target: pointsTo,
        })}
      </p>
      <ProblemNote error={prove.error ?? remove.error} />
    </article>
  );
}
