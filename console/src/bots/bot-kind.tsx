import type { Bot } from '@tidegate/client';
import { t } from '../kernel/strings.ts';
import { BotState } from '../ladder/bot-state.tsx';
import { leverageOf } from '../ladder/setting-names.ts';

/** What a bot is at a glance: its state, where it trades and which way, and with how much that is borrowed. */
export function BotKind({ bot: { status, mode, settings } }: { bot: Bot }) {
  const leverage = leverageOf(settings);
  return (
    <>
      <BotState status={status} /> <span className="outlined">{mode.toUpperCase()}</span>{' '}
      {leverage ? <span className="outlined">{t('leverage {leverage}', { leverage })}</span> : null} {settings.market}{' '}
      {t(settings.direction)}
    </>
  );
}
