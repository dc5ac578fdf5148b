import { Button, Modal, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { Market } from '@tidegate/client';
import { marketsCreate } from '@tidegate/client/generated/limits/bot-executor';
import { useState } from 'react';
import { useWrite } from '../kernel/api.ts';
import { limits } from '../kernel/limits.ts';
import { fieldErrors, restOf } from '../kernel/problem-form.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

const TITLES = {
  market: 'Name, such as PEPE-EUR',
  base: 'What is traded, such as PEPE',
  quote: 'What it is paid in, such as EUR',
  tickSize: 'Prices are whole multiples of',
  lotSize: 'Quantities are whole multiples of',
  minQuantity: 'Smallest quantity of an order',
  minNotional: 'Smallest value of an order',
  feePercent: 'Fee of every fill, in per cent',
  maintenanceMarginPercent: 'Margin that a future must keep, in per cent',
};
type Field = keyof typeof TITLES;
const RULES = ['lotSize', 'minQuantity', 'minNotional', 'feePercent', 'maintenanceMarginPercent'] as const;
const FIELDS: readonly Field[] = ['market', 'base', 'quote', 'tickSize', ...RULES];
const EXAMPLE: Record<Field, string> = {
  ...{ market: '', base: '', quote: '', tickSize: '0.01', lotSize: '0.00001', minQuantity: '0.00001' },
  ...{ minNotional: '5', feePercent: '0.1', maintenanceMarginPercent: '0.5' },
};

/** A decimal comma is understood. */
const typed = <K extends Field>(values: Record<Field, string>, fields: readonly K[]): Record<K, string> =>
  Object.fromEntries(fields.map((field) => [field, values[field].trim().replace(',', '.')])) as Record<K, string>;

export function CreateMarket() {
  const [open, setOpen] = useState(false);
  const form = useForm({ initialValues: EXAMPLE });
  const close = (): void => {
    setOpen(false);
    create.reset();
    form.reset();
  };
  const create = useWrite('marketsCreate', { onDone: close });
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('Create a market')}
      </Button>
      <Modal opened={open} onClose={close} title={t('Create a market')}>
        <form className="stack" onSubmit={form.onSubmit((values) => create.mutate(typed(values, FIELDS)))}>
          <p className="quiet">{t('The step of prices stays as it is: candles are stored in it.')}</p>
          <Fields fields={FIELDS} form={form} error={create.error} />
          <Button type="submit" loading={create.isPending}>
            {t('Create')}
          </Button>
        </form>
      </Modal>
    </>
  );
}

export function ChangeMarket({ market }: { market: Market }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={() => setOpen(true)}>
        {t('Edit')}
      </Button>
      {open ? <ChangeDialog market={market} close={() => setOpen(false)} /> : null}
    </>
  );
}

function ChangeDialog({ market, close }: { market: Market; close: () => void }) {
  const form = useForm({ initialValues: { ...EXAMPLE, ...market } as Record<Field, string> });
  const change = useWrite('marketsUpdate', { onDone: close });
  // Only what somebody has changed: another's change of the rest stays.
  const changed = RULES.filter((rule) => form.values[rule].trim() !== form.getInitialValues()[rule]);
  return (
    <Modal opened onClose={close} title={t('Edit {name}', { name: market.market })}>
      <form
        className="stack"
        onSubmit={form.onSubmit((values) => change.mutate({ market: market.market, ...typed(values, changed) }))}
      >
        <p className="quiet">
          {t('Backtests and sweeps from now on use it; bots keep what they have until they are given settings.')}
        </p>
        <Fields fields={RULES} form={form} error={change.error} />
        <Button type="submit" loading={change.isPending} disabled={changed.length === 0}>
          {t('Save')}
        </Button>
      </form>
    </Modal>
  );
}

function Fields({
  fields,
  form,
  error,
}: {
  fields: readonly Field[];
  form: ReturnType<typeof useForm<Record<Field, string>>>;
  error: unknown;
}) {
  const errors = fieldErrors(error);
  return (
    <>
      {fields.map((field) => (
        <TextInput
          key={field}
          label={t(TITLES[field])}
          {...limits(marketsCreate[field])}
          autoComplete="off"
          {...(field === 'market' || field === 'base' || field === 'quote' ? {} : { inputMode: 'decimal' as const })}
          {...form.getInputProps(field)}
          error={errors[field]}
        />
      ))}
      <ProblemNote error={restOf(error, errors)} />
    </>
  );
}
