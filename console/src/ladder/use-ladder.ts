import { useDebouncedValue } from '@mantine/hooks';
import type { DcaSettings } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type LadderForm, settingsOf } from './ladder-input.rules.ts';

const PAUSE_MS = 150;

/** The exact ladder of what is typed, asked for when the typing pauses. */
export function useLadder(values: LadderForm, before?: DcaSettings) {
  const [typed] = useDebouncedValue(JSON.stringify(settingsOf(values, before)), PAUSE_MS);
  const settings = useMemo(() => JSON.parse(typed) as ReturnType<typeof settingsOf>, [typed]);
  return useRead('botsPreviewLadder', { settings }, { enabled: settings.market !== '' });
}
