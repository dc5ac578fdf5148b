import type { BotOrder } from '@tidegate/client';
import { t } from '../kernel/strings.ts';

const KINDS: Record<BotOrder['kind'], string> = {
  base: 'First order',
  averaging: 'Averaging order',
  takeProfit: 'Take profit',
  stopLoss: 'Stop loss',
  close: 'Closing order',
  liquidation: 'Liquidation',
};
const STATUSES: Record<BotOrder['status'], string> = {
  open: 'waits at the exchange',
  filled: 'was filled',
  cancelled: 'was cancelled',
  rejected: 'was rejected by the exchange',
  skipped: 'was not placed: below the market’s minimum',
};

export const orderName = (kind: BotOrder['kind']): string => t(KINDS[kind]);
export const orderFate = (status: BotOrder['status']): string => t(STATUSES[status]);
