import { Button, NativeSelect, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useRead } from '../kernel/api.ts';
import { t } from '../kernel/strings.ts';
import { actionWord, MEANS, meansWord, OUTCOMES, outcomeWord, THINGS, thingWord } from './audit-words.ts';

const route = getRouteApi('/o/$org/audit');

/** What is shown stands in the address: by whom, to what, when; one action or one thing by a click in the list. */
export function AuditFilter() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const members = useRead('membersList', { limit: 200 }).data?.items ?? [];
  const choose = (more: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...more }) });
  const known = members.some(({ userId }) => userId === search.person);
  return (
    <search className="row">
      <NativeSelect
        mb="sm"
        aria-label={t('Who')}
        data={[
          { value: '', label: t('Everybody') },
          ...members.map(({ userId, name }) => ({ value: userId, label: name })),
          ...(search.person && !known ? [{ value: search.person, label: t('Somebody who left') }] : []),
        ]}
        value={search.person ?? ''}
        onChange={({ currentTarget: { value } }) => choose({ person: value || undefined })}
      />
      <NativeSelect
        mb="sm"
        aria-label={t('By what means')}
        data={[{ value: '', label: t('By any means') }, ...MEANS.map((one) => ({ value: one, label: meansWord(one) }))]}
        value={search.means ?? ''}
        onChange={({ currentTarget: { value } }) => choose({ means: MEANS.find((one) => one === value) })}
      />
      <NativeSelect
        mb="sm"
        aria-label={t('Outcome')}
        data={[
          { value: '', label: t('Carried out or refused') },
          ...OUTCOMES.map((one) => ({ value: one, label: outcomeWord(one) })),
        ]}
        value={search.outcome ?? ''}
        onChange={({ currentTarget: { value } }) => choose({ outcome: OUTCOMES.find((one) => one === value) })}
      />
      <NativeSelect
        mb="sm"
        aria-label={t('Kind')}
        data={[
          { value: '', label: t('Everything') },
          ...THINGS.map((one) => ({ value: one, label: thingWord(one) })).sort((a, b) =>
            a.label.localeCompare(b.label),
          ),
        ]}
        value={search.thing ?? ''}
        onChange={({ currentTarget: { value } }) =>
          choose({ thing: THINGS.find((one) => one === value), of: undefined })
        }
      />
      <TextInput
        mb="sm"
        type="date"
        aria-label={t('From')}
        leftSection={<span aria-hidden="true">{t('From')}</span>}
        leftSectionWidth={52}
        value={search.from ?? ''}
        onChange={({ currentTarget: { value } }) => choose({ from: value || undefined })}
      />
      <TextInput
        mb="sm"
        type="date"
        aria-label={t('To')}
        leftSection={<span aria-hidden="true">{t('To')}</span>}
        leftSectionWidth={52}
        value={search.to ?? ''}
        onChange={({ currentTarget: { value } }) => choose({ to: value || undefined })}
      />
      {search.action ? (
        <Button mb="sm" variant="default" onClick={() => choose({ action: undefined })}>
          {t('Only “{what}”: show all', { what: actionWord(search.action) })}
        </Button>
      ) : null}
      {search.of ? (
        <Button mb="sm" variant="default" onClick={() => choose({ of: undefined, thing: undefined })}>
          {t('Only one thing: show all')}
        </Button>
      ) : null}
    </search>
  );
}
