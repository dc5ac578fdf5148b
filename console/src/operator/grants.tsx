import { Checkbox, NativeSelect, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { FeatureGrant, Grant, GrantsCreateInput } from '@tidegate/client';
import { grantsCreate, grantsDelete } from '@tidegate/client/generated/limits/operator';
import { useState } from 'react';
import { readOf, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { day } from '../kernel/format.ts';
import { valueText } from '../kernel/grant-value.ts';
import { limits } from '../kernel/limits.ts';
import { Moment } from '../kernel/moment.tsx';
import { t } from '../kernel/strings.ts';
import { Ends, untilIn } from './ends.tsx';
import { ReasonForm } from './reason-form.tsx';

interface Props {
  organisationId: string;
  grants: readonly Grant[];
}

/** What an organisation was given beside its plans: more can be given, and each of them taken back. */
export function Grants({ organisationId, grants }: Props) {
  const catalogue = useQuery(readOf(null, 'plansList', {})).data;
  const nameOf = (feature: string) => catalogue?.features.find(({ key }) => key === feature)?.name ?? feature;
  const columns: Column<Grant>[] = [
    { key: 'feature', title: t('Feature'), value: ({ feature }) => nameOf(feature) },
    { key: 'value', title: t('How much'), value: ({ op, value }) => `${t(CHANGES[op])} ${valueText(value)}` },
    {
      key: 'until',
      title: t('Until'),
      value: ({ until }) => until,
      cell: ({ until }) => (until === null ? t('without end') : <Moment at={until} as={day} />),
    },
    { key: 'by', title: t('By'), value: ({ by }) => by },
    { key: 'reason', title: t('Reason'), wide: true, value: ({ reason }) => reason },
    {
      key: 'end',
      title: '',
      value: () => null,
      cell: ({ id, feature }) => (
        <DialogButton
          label={t('Take back')}
          question={t('Take back what was given of {name}?', { name: nameOf(feature) })}
        >
          {(close) => <TakeBack organisationId={organisationId} grantId={id} onDone={close} />}
        </DialogButton>
      ),
    },
  ];
  return (
    <section aria-label={t('Grants')}>
      <h2>{t('Grants')}</h2>
      {grants.length === 0 ? (
        <p className="quiet">{t('Nothing beside its plans.')}</p>
      ) : (
        <DataTable part="grants" name={t('Grants')} rows={grants} columns={columns} rowKey={({ id }) => id} />
      )}
      <p className="row">
        <DialogButton label={t('Give a grant')} question={t('Give something beside the plans?')}>
          {(close) => <GiveGrant organisationId={organisationId} onDone={close} />}
        </DialogButton>
      </p>
    </section>
  );
}

const CHANGES: Record<Grant['op'], string> = { add: 'in addition', set: 'exactly', max: 'at least' };

interface Opened {
  organisationId: string;
  onDone: () => void;
}

function TakeBack({ grantId, ...of }: Opened & { grantId: string }) {
  const remove = useWrite('grantsDelete', { onDone: of.onDone });
  return (
    <ReasonForm
      label={t('Take back')}
      consequence={t('Limits change within seconds. Nothing is deleted.')}
      dangerous
      limit={grantsDelete.reason}
      write={remove}
      onSend={(reason) => remove.mutate({ organisationId: of.organisationId, grantId, reason })}
    />
  );
}

type Kind = FeatureGrant['kind'];

const [AMOUNT, , LEVEL] = grantsCreate.value.options;
/** Nothing is no grant. */
const LEVELS = LEVEL.choices.filter((one) => one !== 'none');

function GiveGrant({ organisationId, onDone }: Opened) {
  const catalogue = useQuery(readOf(null, 'plansList', {})).data;
  const plans = catalogue?.products.flatMap((one) => one.plans) ?? [];
  const kindOf = (key: string): Kind | undefined => plans.map(({ features }) => features[key]?.kind).find(Boolean);
  const features = (catalogue?.features ?? []).flatMap(({ key, name, unit }) => {
    const kind = kindOf(key);
    return kind ? [{ key, name, unit, kind }] : [];
  });
  const give = useWrite('grantsCreate', { onDone });
  const [chosen, setChosen] = useState('');
  const [op, setOp] = useState<Grant['op']>('add');
  const [amount, setAmount] = useState<number | string>(1);
  const [unlimited, setUnlimited] = useState(false);
  const [level, setLevel] = useState('unlimited');
  const [days, setDays] = useState('30');
  const feature = features.find(({ key }) => key === chosen) ?? features[0];
  const isNumber = feature?.kind === 'counted' || feature?.kind === 'metered' || feature?.kind === 'static';
  const canBeUnlimited = isNumber && feature?.kind !== 'static';
  const isAmount = Number.isInteger(amount) && Number(amount) >= 0;
  const value = (): GrantsCreateInput['value'] =>
    feature?.kind === 'boolean'
      ? true
      : feature?.kind === 'level'
        ? (level as GrantsCreateInput['value'])
        : canBeUnlimited && unlimited
          ? null
          : Number(amount);
  return (
    <ReasonForm
      label={t('Give it')}
      consequence={t('It is there within seconds, beside what the plans give, and costs nothing.')}
      limit={grantsCreate.reason}
      write={give}
      disabled={!feature || (isNumber && !(canBeUnlimited && unlimited) && !isAmount)}
      onSend={(reason) =>
        feature &&
        give.mutate({
          ...{ organisationId, feature: feature.key, value: value(), reason },
          ...{ op: isNumber ? op : 'max', ...untilIn(days) },
        })
      }
    >
      <NativeSelect
        label={t('Feature')}
        data={features.map(({ key, name }) => ({ value: key, label: name }))}
        value={feature?.key ?? ''}
        onChange={({ currentTarget }) => setChosen(currentTarget.value)}
      />
      {isNumber ? (
        <>
          <NativeSelect
            label={t('How')}
            data={grantsCreate.op.choices.map((one) => ({ value: one, label: t(CHANGES[one]) }))}
            value={op}
            onChange={({ currentTarget }) => setOp(currentTarget.value as Grant['op'])}
          />
          <NumberInput
            label={feature?.unit ? t('How much ({unit})', { unit: feature.unit }) : t('How much')}
            value={amount}
            onChange={setAmount}
            {...limits(AMOUNT)}
            disabled={canBeUnlimited && unlimited}
          />
          {canBeUnlimited ? (
            <Checkbox
              label={t('Without limit')}
              checked={unlimited}
              onChange={({ currentTarget }) => setUnlimited(currentTarget.checked)}
            />
          ) : null}
        </>
      ) : null}
      {feature?.kind === 'level' ? (
        <NativeSelect
          label={t('Level')}
          data={LEVELS.map((one) => ({ value: one, label: t(one) }))}
          value={level}
          onChange={({ currentTarget }) => setLevel(currentTarget.value)}
        />
      ) : null}
      <Ends days={days} onChoose={setDays} />
    </ReasonForm>
  );
}
