import { NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Market } from '@tidegate/client';
import { botsCreate } from '@tidegate/client/generated/limits/bot-executor';
import { t } from '../kernel/strings.ts';
import { type LadderForm, TITLES } from './ladder-input.rules.ts';

interface Props {
  // The form may have more fields, such as a name.
  // biome-ignore lint/suspicious/noExplicitAny: its own functions are typed by all of its fields
  form: Pick<UseFormReturnType<any>, 'getInputProps'>;
  errors: Record<string, string>;
  market: string;
  /** None: the market is fixed. */
  markets?: readonly Market[] | undefined;
}

const DECIMALS = [
  'baseOrder',
  'count',
  'size',
  'deviationPercent',
  'stepScale',
  'volumeScale',
  'takeProfit',
  'stopLoss',
] as const;

/** The ladder's settings, wherever they are typed. */
export function LadderFields({ form, errors, market, markets }: Props) {
  const field = (name: keyof LadderForm) => ({
    label: t(TITLES[name]),
    ...form.getInputProps(name),
    error: errors[name],
  });
  return (
    <>
      {markets ? (
        <NativeSelect {...field('market')} data={markets.map((one) => one.market)} value={market} />
      ) : (
        <TextInput {...field('market')} value={market} readOnly />
      )}
      <SegmentedControl
        aria-label={t('Direction')}
        data={botsCreate['settings.direction'].choices.map((value) => ({ value, label: t(value) }))}
        {...form.getInputProps('direction')}
      />
      {DECIMALS.map((name) => (
        <TextInput key={name} inputMode="decimal" required={name !== 'stopLoss'} {...field(name)} />
      ))}
    </>
  );
}
