import { NativeSelect, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Credit } from '@tidegate/client';
import { creditsEnd, creditsGive } from '@tidegate/client/generated/limits/operator';
import { useState } from 'react';
import { readOf, usePages, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { day, exact } from '../kernel/format.ts';
import { needed } from '../kernel/limits.ts';
import { Moment } from '../kernel/moment.tsx';
import { pageNow } from '../kernel/page-clock.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { Ends, untilIn } from './ends.tsx';
import { ReasonForm } from './reason-form.tsx';

/** Prepaid units that an organisation has bought or was given: more can be given, and what is left taken back. */
export function Credits({ organisationId }: { organisationId: string }) {
  const credits = usePages('creditsList', { organisationId, limit: 25 });
  const catalogue = useQuery(readOf(null, 'plansList', {})).data;
  const nameOf = (feature: string) => catalogue?.features.find(({ key }) => key === feature)?.name ?? feature;
  const columns: Column<Credit>[] = [
    { key: 'name', title: t('What'), value: ({ name }) => name },
    { key: 'feature', title: t('Feature'), value: ({ feature }) => nameOf(feature) },
    {
      key: 'amount',
      title: t('Units'),
      number: true,
      value: ({ amount }) => amount,
      cell: ({ amount }) => exact(amount),
    },
    {
      key: 'until',
      title: t('Until'),
      value: ({ until }) => until,
      cell: ({ until }) =>
        until === null ? t('without end') : isOver(until) ? t('expired') : <Moment at={until} as={day} />,
    },
    { key: 'by', title: t('By'), value: ({ by }) => by },
    { key: 'reason', title: t('Reason'), wide: true, value: ({ reason }) => reason },
    {
      key: 'end',
      title: '',
      value: () => null,
      cell: ({ id, name, until }) =>
        until !== null && isOver(until) ? null : (
          <DialogButton label={t('Take back')} question={t('Take back what is left of {name}?', { name })}>
            {(close) => <TakeBack organisationId={organisationId} creditId={id} onDone={close} />}
          </DialogButton>
        ),
    },
  ];
  return (
    <section aria-label={t('Credits')}>
      <h2>{t('Credits')}</h2>
      <Reading of={credits}>
        {({ items, more }) =>
          items.length === 0 ? (
            <p className="quiet">{t('No units were bought or given.')}</p>
          ) : (
            <DataTable
              part="credits"
              name={t('Credits')}
              rows={items}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
            />
          )
        }
      </Reading>
      <p className="row">
        <DialogButton label={t('Give units')} question={t('Give prepaid units?')}>
          {(close) => <GiveUnits organisationId={organisationId} onDone={close} />}
        </DialogButton>
      </p>
    </section>
  );
}

const isOver = (until: string): boolean => Date.parse(until) <= pageNow();

interface Opened {
  organisationId: string;
  onDone: () => void;
}

function TakeBack({ creditId, ...of }: Opened & { creditId: string }) {
  const end = useWrite('creditsEnd', { onDone: of.onDone });
  return (
    <ReasonForm
      label={t('Take back')}
      consequence={t('What was used of them stays used. What they cost is not given back by this.')}
      dangerous
      limit={creditsEnd.reason}
      write={end}
      onSend={(reason) => end.mutate({ organisationId: of.organisationId, creditId, reason })}
    />
  );
}

function GiveUnits({ organisationId, onDone }: Opened) {
  const features = useQuery(readOf(null, 'plansList', {})).data?.features.filter(({ per }) => per !== null) ?? [];
  const give = useWrite('creditsGive', { onDone });
  // Of this dialog: a second click, or one after a lost answer, gives nothing more.
  const [creditKey] = useState(() => crypto.randomUUID());
  const [chosen, setChosen] = useState('');
  const [amount, setAmount] = useState<number | string>(100);
  const [days, setDays] = useState('365');
  const feature = features.find(({ key }) => key === chosen) ?? features[0];
  const isAmount = Number.isSafeInteger(amount) && Number(amount) >= 1;
  return (
    <ReasonForm
      label={t('Give them')}
      consequence={t('They are used when what the plan includes is used up, and cost nothing.')}
      limit={creditsGive.reason}
      write={give}
      disabled={!feature || !isAmount}
      onSend={(reason) =>
        feature &&
        give.mutate({
          ...{ organisationId, creditKey, feature: feature.key, amount: Number(amount), reason },
          ...untilIn(days),
        })
      }
    >
      <NativeSelect
        label={t('Feature')}
        data={features.map(({ key, name }) => ({ value: key, label: name }))}
        value={feature?.key ?? ''}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      />
      <NumberInput label={t('How many units')} value={amount} onChange={setAmount} {...needed(creditsGive.amount)} />
      <Ends days={days} onChoose={setDays} />
    </ReasonForm>
  );
}
