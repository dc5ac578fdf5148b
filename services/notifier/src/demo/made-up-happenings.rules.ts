import { chance, DAY_MS, demoId, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';
import type { Happening, HappeningKind } from '@tidegate/contracts/notifier/feed';

/** Those that monitor-agent makes as well, with the same ids (its folder `demo`): a link leads there. */
const SINCE = Date.UTC(2026, 0, 1);
const SERVERS = ['shop primary', 'shop replica', 'reporting', 'stock', 'staging'];
/** For so long the last of the servers has not answered. */
const SILENT_MS = 23 * 60_000;

/**
 * Days of such a business: a report at night, a server that was away for a while, a quota that fills up, a key that was
 * replaced. No trades: those of the demo's bots are the engine's own, and nobody here knows what they earned.
 */
export function happeningsOf(orgId: string, from: number, until: number): Happening[] {
  const made = (kind: HappeningKind, at: number, more: Partial<Happening>): Happening => ({
    id: demoId(orgId, kind, at),
    kind,
    at: new Date(at).toISOString(),
    since: new Date(at).toISOString(),
    count: 1,
    thing: { id: null, name: null },
    amount: null,
    currency: null,
    detail: {},
    ...more,
  });
  const thing = (names: readonly string[], place: number) => {
    const name = names[place] as string;
    return { id: demoId(orgId, name, SINCE + place), name };
  };
  const found: Happening[] = [];
  for (let day = Math.floor(from / DAY_MS) * DAY_MS; day < until; day += DAY_MS) {
    const at = (name: string) => day + Math.floor(chance(name, day) * 23 * HOUR_MS);
    // A report of the night, which takes longer than anybody likes.
    const report = day + 2.5 * HOUR_MS + Math.floor(chance('report', day) * HOUR_MS);
    const seconds = 600 + Math.floor(chance('report takes', day) * 3_000);
    const reporting = thing(SERVERS, 2);
    const code = 'long_transaction';
    found.push(made('finding.found', report, { thing: reporting, detail: { code } }));
    found.push(made('finding.solved', report + seconds * 1_000, { thing: reporting, detail: { code, seconds } }));
    if (chance('outage', day) < 0.3) {
      const moment = at('outage');
      const away = 90 + Math.floor(chance('away', day) * 1_200);
      const replica = thing(SERVERS, 1);
      found.push(made('server.unreachable', moment, { thing: replica, detail: { code: 'timeout' } }));
      found.push(made('server.reachable', moment + away * 1_000, { thing: replica, detail: { seconds: away } }));
    }
    if (chance('quota', day) < 0.15)
      found.push(
        made('quota.reached', at('quota'), { thing: { id: 'api_calls', name: 'API calls' }, detail: { percent: 80 } }),
      );
    if (chance('key', day) < 0.1)
      found.push(made('key.replaced', at('key'), { thing: { id: 'demoCI4f0K', name: 'CI of the shop' } }));
  }
  const staging = thing(SERVERS, 4);
  found.push(made('server.unreachable', until - SILENT_MS, { thing: staging, detail: { code: 'timeout' } }));
  return found.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < until);
}
