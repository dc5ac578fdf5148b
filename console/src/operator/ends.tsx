import { NativeSelect } from '@mantine/core';
import { inDays } from '../kernel/in-days.ts';
import { t } from '../kernel/strings.ts';

/** For how long something is given. */
export function Ends({ days, onChoose }: { days: string; onChoose: (days: string) => void }) {
  return (
    <NativeSelect
      label={t('It ends')}
      value={days}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      data={[
        { value: '', label: t('never') },
        { value: '7', label: t('in a week') },
        { value: '30', label: t('in 30 days') },
        { value: '90', label: t('in 90 days') },
        { value: '365', label: t('in a year') },
      ]}
    />
  );
}

/** As the request says it. */
export const untilIn = (days: string): { until?: string } => (days === '' ? {} : { until: inDays(Number(days)) });
