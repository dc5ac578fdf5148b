import { NativeSelect } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useOrg, usePages } from '../kernel/api.ts';
import { when } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

/** Another backtest that has a result, to be shown beside this one. */
export function CompareWith({ backtestId }: { backtestId: string }) {
  const org = useOrg();
  const navigate = useNavigate();
  const others = usePages('backtestsList', { limit: 50 }).data?.items ?? [];
  const choices = others
    .filter(({ id, status }) => id !== backtestId && status === 'done')
    .map(({ id, name, settings, createdAt, profitRounded, currency }) => ({
      value: id,
      label: `${name ?? when(createdAt)} · ${settings.market} · ${profitRounded} ${currency}`,
    }));
  if (choices.length === 0) return null;
  return (
    <NativeSelect
      aria-label={t('Compare with')}
      value=""
      data={[{ value: '', label: t('Compare with …') }, ...choices]}
      onChange={({ currentTarget: { value } }) =>
        value &&
        void navigate({
          to: '/o/$org/backtests/$backtestId/compare/$otherId',
          params: { org, backtestId, otherId: value },
        })
      }
    />
  );
}
