import type { AuditEntry } from '@tidegate/contracts/identity/audit';
import { DAY_MS, demoId, HOUR_MS } from '@tidegate/contracts/kernel/demo-shape';

type Changes = AuditEntry['changes'];
type Thing = [kind: AuditEntry['thing']['kind'], name: string | null];
/** Instead of changes: it was tried and refused, for want of this right; null: for the password. */
interface Refusal {
  refusedFor: string | null;
}
type Deed = [daysAgo: number, hour: number, who: string, action: string, thing: Thing, changes?: Changes | Refusal];

/** Who works in the demo. Their addresses are those of documentation. */
const PEOPLE: Readonly<Record<string, string>> = {
  'Mara Lindqvist': '192.0.2.14',
  'Jonas Weber': '192.0.2.87',
  'Priya Nair': '198.51.100.23',
};
const KEY = { id: 'demoCI4f0K', name: 'CI of the shop' };
const BY_KEY = 'key';
const BY_SUPPORT = 'support';
const BY_PLATFORM = 'platform';

const to = (field: string, value: string) => ({ field, to: value });
const from = (field: string, before: string | null, after: string | null) => ({ field, from: before, to: after });
const hidden = (field: string) => ({ field, hidden: true });

/** What such a business does in a month: it adds servers, people and bots, changes its mind, and asks for help once. */
const DEEDS: readonly Deed[] = [
  [29.4, 9, 'Mara Lindqvist', 'sessions.login', ['session', null]],
  [
    29.4,
    9.2,
    'Mara Lindqvist',
    'invitations.create',
    ['invitation', 'jonas@harbour-coffee.example'],
    [to('role', 'admin')],
  ],
  [29.2, 11, 'Jonas Weber', 'invitations.accept', ['member', 'Jonas Weber'], [to('role', 'admin')]],
  [
    28.1,
    10,
    'Jonas Weber',
    'servers.create',
    ['server', 'stock'],
    [to('host', 'stock.db.example'), to('port', '5432'), hidden('password')],
  ],
  [
    27.3,
    14,
    'Mara Lindqvist',
    'subscriptions.change',
    ['subscription', 'monitoring'],
    [from('plan', 'starter', 'pro')],
  ],
  [22.4, 8, BY_KEY, 'backtests.create', ['backtest', 'BTC ladder, 3 orders']],
  [23.2, 15, 'Jonas Weber', 'keys.create', ['api_key', KEY.name], [to('scopes', 'servers:read, bots:write')]],
  [21.5, 9, 'Priya Nair', 'invitations.accept', ['member', 'Priya Nair'], [to('role', 'editor')]],
  [
    20.1,
    13,
    'Priya Nair',
    'bots.create',
    ['bot', 'BTC ladder'],
    [to('mode', 'paper'), to('settings.takeProfit.percent', '0.8')],
  ],
  [18.7, 10, 'Priya Nair', 'bots.start', ['bot', 'BTC ladder'], [from('status', 'stopped', 'running')]],
  [
    16.9,
    16,
    'Priya Nair',
    'bots.update',
    ['bot', 'BTC ladder'],
    [from('settings.takeProfit.percent', '0.8', '1.1'), from('settings.averagingOrders.count', '2', '4')],
  ],
  [14.9, 15, 'Priya Nair', 'keys.create', ['api_key', null], { refusedFor: 'keys:write' }],
  [14.3, 11, 'Jonas Weber', 'servers.update', ['server', 'reporting'], [hidden('password')]],
  [13.8, 9, 'Mara Lindqvist', 'members.change-role', ['member', 'Priya Nair'], [from('role', 'editor', 'admin')]],
  [
    11.2,
    12,
    BY_SUPPORT,
    'grants.create',
    ['grant', 'servers'],
    [to('op', 'add'), to('value', '2'), to('reason', 'While the move to the new cluster lasts')],
  ],
  [9.5, 10, 'Jonas Weber', 'channels.create', ['channel', 'On call'], [to('events', 'server.unreachable, bot.halted')]],
  [8.4, 17, BY_KEY, 'servers.notes.create', ['annotation', 'Release 2026.11']],
  [
    6.2,
    9,
    'Jonas Weber',
    'servers.findings.dismiss',
    ['finding', 'unused:shop.public.events_payload_idx'],
    [to('reason', 'Used by the yearly report')],
  ],
  [
    4.1,
    14,
    'Mara Lindqvist',
    'organisations.rename',
    ['organisation', 'Harbour Coffee (demo)'],
    [from('name', 'Harbour Coffee', 'Harbour Coffee (demo)')],
  ],
  [3.6, 8, BY_PLATFORM, 'subscriptions.changed', ['subscription', 'trading'], [from('plan', 'pro', 'starter')]],
  [2.9, 7, 'Mara Lindqvist', 'sessions.login', ['session', null], { refusedFor: null }],
  [2.6, 8, BY_KEY, 'channels.create', ['channel', null], { refusedFor: 'channels:write' }],
  [2.3, 11, 'Jonas Weber', 'keys.rotate', ['api_key', KEY.name], [to('overlapHours', '24')]],
  [
    1.4,
    15,
    'Priya Nair',
    'bots.stop',
    ['bot', 'ETH cautious'],
    [from('status', 'running', 'stopped'), to('openTrade', 'finish')],
  ],
  [0.6, 10, BY_KEY, 'servers.notes.create', ['annotation', 'Release 2026.12']],
  [0.2, 9, 'Mara Lindqvist', 'sessions.login', ['session', null]],
];

/** The same for the same organisation and instant; never after it. */
export const madeUpAudit = (orgId: string, until: number): AuditEntry[] =>
  DEEDS.map(([daysAgo, hour, who, action, [kind, name], result = []]) => {
    const refusal = Array.isArray(result) ? undefined : result;
    const day = Math.floor((until - daysAgo * DAY_MS) / DAY_MS) * DAY_MS;
    const at = Math.min(day + hour * HOUR_MS, until);
    const address = PEOPLE[who];
    const isKey = who === BY_KEY;
    const actor: AuditEntry['actor'] = {
      kind: address ? 'person' : isKey ? 'api_key' : (who as 'support' | 'platform'),
      userId: address || isKey ? demoId(orgId, isKey ? 'Jonas Weber' : who, 0) : null,
      name: address ? who : isKey ? 'Jonas Weber' : null,
      keyId: isKey ? KEY.id : null,
      keyName: isKey ? KEY.name : null,
      sessionId: null,
      address: address ?? (isKey ? '203.0.113.5' : null),
    };
    return {
      ...{ id: demoId(orgId, `${action} ${name}`, at), at: new Date(at).toISOString(), action, actor },
      ...{ thing: { kind, id: name === null ? null : demoId(orgId, `${kind} ${name}`, 0), name } },
      changes: Array.isArray(result) ? result : [],
      refused: refusal !== undefined,
      missingScope: refusal?.refusedFor ?? null,
    };
  });
