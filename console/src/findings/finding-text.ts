import type { ServerFinding } from '@tidegate/client';
import { lasted, share } from '../kernel/format.ts';
import { saidText } from '../kernel/said-text.ts';
import type { Mark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';

/** What is wrong with a server as a sentence of the reader's language; causes come from the platform, in its own texts. */
export function findingText({ kind, value, what }: ServerFinding): string {
  const amount = value ?? 0;
  switch (kind) {
    case 'silent':
      return t('Nothing has been collected for {time}', { time: lasted(amount) });
    case 'restricted':
      return t('The plan collects nothing from this server at present');
    case 'blocked':
      return t('{count, plural, one {# session waits} other {# sessions wait}} for a lock', { count: amount });
    case 'connections':
      return t('{share} of the connections are taken', { share: share(amount) });
    case 'wraparound':
      return t('{share} of the transaction ids are used up', { share: share(amount) });
    case 'long_transaction':
      return t('A transaction has been open for {time}', { time: lasted(amount) });
    case 'deadlocks':
      return t('{count, plural, one {# deadlock} other {# deadlocks}} in the last hour', { count: amount });
    case 'cache':
      return t('Only {share} of the blocks were found in memory in the last hour', { share: share(amount) });
    default:
      return saidText(what);
  }
}

export const findingMark = ({ kind, severity }: ServerFinding): Mark =>
  kind === 'unreachable' ? 'unreachable' : severity;

const PAGES = {
  blocked: '/o/$org/servers/$serverId/activity',
  long_transaction: '/o/$org/servers/$serverId/activity',
  wraparound: '/o/$org/servers/$serverId/wraparound',
} as const;

/** The page that explains it. */
export const findingPage = (kind: ServerFinding['kind']) =>
  kind in PAGES ? PAGES[kind as keyof typeof PAGES] : ('/o/$org/servers/$serverId' as const);
