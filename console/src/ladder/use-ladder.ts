import { useDebouncedValue } from '@mantine/hooks';
import type { BotsPreviewLadderInput, CandleSeries, DcaSettings } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type LadderForm, settingsOf } from './ladder-input.rules.ts';

const PAUSE_MS = 150;

/** The exact ladder of what is typed, at the newest price of these candles: asked for when the typing pauses. */
export function useLadder(
  values: LadderForm,
  feed: Pick<CandleSeries, 'source' | 'interval'> | undefined,
  before?: DcaSettings,
) {
  const [typed] = useDebouncedValue(JSON.stringify({ settings: settingsOf(values, before), feed }), PAUSE_MS);
  const asked = useMemo(() => JSON.parse(typed) as BotsPreviewLadderInput, [typed]);
  return useRead('botsPreviewLadder', asked, { enabled: asked.settings.market !== '' && asked.feed !== undefined });
}
