import { Link } from '@tanstack/react-router';
import type { Happening } from '@tidegate/client';
import { useOrg } from '../kernel/api.ts';
import { t } from '../kernel/strings.ts';
import { areaOf } from './happening-kinds.ts';
import { areaWord, type Names } from './happening-words.ts';

type Known = Names & { member: (userId: string) => string | undefined };

/** How the thing is called to which it happened. */
export function thingName({ kind, thing: { id, name }, detail }: Happening, names: Known): string {
  if (kind.startsWith('member.')) return (id && names.member(id)) ?? t('A former member');
  if (kind === 'payment.disputed') return t('Payment');
  if (kind.startsWith('invoice.')) return name ? t('Invoice {number}', { number: name }) : t('Invoice');
  if (detail.product) return names.product(detail.product);
  return name ?? areaWord(areaOf(kind));
}

/** The page of a server that says more about a finding. */
function pageOfServer(code = '') {
  if (code.startsWith('index_')) return '/o/$org/servers/$serverId/findings';
  if (code === 'wraparound') return '/o/$org/servers/$serverId/wraparound';
  return '/o/$org/servers/$serverId';
}

/** A link to where it is now; what was deleted has none. */
export function HappeningThing({ of, names }: { of: Happening; names: Known }) {
  const org = useOrg();
  const { kind, thing, detail } = of;
  const name = thingName(of, names);
  const id = thing.id ?? '';
  if (kind === 'server.removed' || kind === 'bot.deleted') return name;
  if ((kind.startsWith('server.') || kind.startsWith('finding.')) && id)
    return (
      <Link to={pageOfServer(detail.code)} params={{ org, serverId: id }}>
        {name}
      </Link>
    );
  if ((kind.startsWith('bot.') || kind === 'trade.closed') && id)
    return (
      <Link to="/o/$org/bots/$botId" params={{ org, botId: id }}>
        {name}
      </Link>
    );
  if (kind.startsWith('invoice.') && id)
    return (
      <Link to="/o/$org/billing/invoices/$invoiceId" params={{ org, invoiceId: id }}>
        {name}
      </Link>
    );
  if (kind === 'quota.reached' && id)
    return (
      <Link to="/o/$org/usage/$meter" params={{ org, meter: id }}>
        {name}
      </Link>
    );
  if (kind.startsWith('key.'))
    return (
      <Link to="/o/$org/keys" params={{ org }}>
        {name}
      </Link>
    );
  if (kind.startsWith('member.'))
    return (
      <Link to="/o/$org/team" params={{ org }}>
        {name}
      </Link>
    );
  if (areaOf(kind) === 'billing')
    return (
      <Link to="/o/$org/billing" params={{ org }}>
        {name}
      </Link>
    );
  return name;
}
