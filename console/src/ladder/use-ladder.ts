import { useDebouncedValue } from '@mantine/hooks';
import type { BotSettings, BotsPreviewLadderInput, CandleSeries } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type SettingsForm, settingsOf } from './settings-form.rules.ts';

const PAUSE_MS = 150;

/** The exact ladder of what is typed, at the newest price of these candles: asked for when the typing pauses. Only one strategy has one. */
export function useLadder(
  values: SettingsForm,
  feed: Pick<CandleSeries, 'source' | 'interval'> | undefined,
  before?: BotSettings,
) {
  const [typed] = useDebouncedValue(JSON.stringify({ settings: settingsOf(values, before), feed }), PAUSE_MS);
  const asked = useMemo(() => JSON.parse(typed) as BotsPreviewLadderInput, [typed]);
  const { market, strategy } = asked.settings;
  return useRead('botsPreviewLadder', asked, {
    enabled: strategy === 'dca' && market !== '' && asked.feed !== undefined,
  });
}
