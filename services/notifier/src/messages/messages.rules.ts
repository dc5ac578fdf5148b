import type { Notice } from '@tidegate/contracts/notifier/notices';
import { type Content, type Letterhead, type Message, oneLine, render } from './mail-template.rules.ts';

type Words = Omit<Content, 'footer' | 'action'>;

/** `leave` is the page to unsubscribe. Channels belong to organisations, not to a person: their messages are in English. */
export function messageOf(notice: Notice, leave: string, head: Omit<Letterhead, 'locale'>): Message {
  const footer = `Sent because this address is a notification channel of your organisation. To unsubscribe: ${leave}`;
  return render({ ...contentOf(notice), footer }, { ...head, locale: 'en' });
}

function contentOf(notice: Notice): Words {
  switch (notice.type) {
    case 'server.unreachable':
      return serverUnreachable(notice.data);
    case 'trade.closed':
      return tradeClosed(notice.data);
    case 'bot.halted':
      return botHalted(notice.data);
    case 'quota.reached':
      return quotaReached(notice.data);
    case 'invoice.due':
      return invoiceDue(notice.data);
    case 'plan.decided':
      return planDecided(notice.data);
    case 'plan.ordered':
      return planOrdered(notice.data);
    case 'seats.stopped':
      return seatsStopped(notice.data);
    case 'top_up.stopped':
      return topUpStopped(notice.data);
    case 'payment.disputed':
      return paymentDisputed(notice.data);
    case 'channel.test':
      return test(notice.data);
  }
}

type DataOf<T extends Notice['type']> = Extract<Notice, { type: T }>['data'];

function serverUnreachable({ name, since, code, serverId }: DataOf<'server.unreachable'>): Words {
  return {
    subject: `Server "${oneLine(name, 80)}" is unreachable`,
    opening: `We have not been able to reach the server "${oneLine(name, 80)}" since ${instant(since)}.`,
    facts: [
      ['Since', instant(since)],
      ['Reason', oneLine(code, 80)],
      ['Server id', serverId],
    ],
    advice:
      'Check that the server is running and that its firewall lets us in. ' +
      'Monitoring resumes as soon as the server answers.',
  };
}

function tradeClosed(trade: DataOf<'trade.closed'>): Words {
  const bot = oneLine(trade.botName, 80);
  const result = `${signed(trade.profit)} ${oneLine(trade.currency, 20)} (${signed(trade.profitPercent)} %)`;
  return {
    subject: `Bot "${bot}" closed a trade: ${result}`,
    opening: `The bot "${bot}" has closed a ${trade.direction} trade on ${oneLine(trade.market, 40)}.`,
    facts: [
      ['Result', result],
      ['Market', oneLine(trade.market, 40)],
      ['Direction', trade.direction],
      ['Closed', instant(trade.closedAt)],
      ['Trade id', trade.tradeId],
    ],
    advice: 'The orders and fills of this trade are listed with the bot.',
  };
}

function botHalted({ botId, botName, reason, message, haltedAt }: DataOf<'bot.halted'>): Words {
  const bot = oneLine(botName, 80);
  return {
    subject: `Bot "${bot}" was halted`,
    opening: `The bot "${bot}" was halted: ${oneLine(message, 500)}`,
    facts: [
      ['Reason', reason],
      ['Halted', instant(haltedAt)],
      ['Bot id', botId],
    ],
    advice:
      'It makes no decisions, not even about an open trade. Find the cause, then start it again, close its trade or delete it.',
  };
}

function quotaReached(quota: DataOf<'quota.reached'>): Words {
  const meter = oneLine(quota.meterName ?? quota.meter.replaceAll('_', ' '), 60);
  const full = quota.percent >= 100;
  return {
    subject: full ? `The quota of ${meter} is used up` : `${quota.percent} % of the quota of ${meter} is used`,
    opening: full
      ? `Your organisation has used all of its ${meter} for this period.`
      : `Your organisation has used ${quota.percent} % of its ${meter} for this period.`,
    facts: [
      ['Used', `${quota.used} of ${quota.limit}`],
      ['Period', `${instant(quota.periodStart)} to ${quota.periodEnd === null ? 'now' : instant(quota.periodEnd)}`],
    ],
    advice: `${
      quota.periodEnd === null ? 'It is never full again.' : `The quota is full again on ${instant(quota.periodEnd)}.`
    } A larger plan raises it at once.`,
  };
}

function invoiceDue(invoice: DataOf<'invoice.due'>): Words {
  const { daysOverdue, dueAt, readOnlyAt, unpaidAt } = invoice;
  const number = oneLine(invoice.number ?? invoice.invoiceId, 60);
  const amount = `${invoice.amount} ${oneLine(invoice.currency, 20)}`;
  const overdue = daysOverdue >= 0;
  return {
    subject: overdue ? `Invoice ${number} is overdue: ${amount}` : `Invoice ${number} will be due soon: ${amount}`,
    opening: overdue
      ? `The invoice ${number} of ${amount} was due on ${instant(dueAt)} and is not paid.`
      : `The invoice ${number} of ${amount} is due on ${instant(dueAt)}.`,
    facts: [
      ['Invoice', number],
      ['To pay', amount],
      ['Due', instant(dueAt)],
      ['Read-only from', instant(readOnlyAt)],
      ['Given up on', instant(unpaidAt)],
    ],
    advice:
      'Pay it as agreed with the operator of this installation, or ask them for more time. Until it is paid, what it ' +
      'charges for can only be read from the first of these dates on, and ends on the second. Nothing is deleted.',
  };
}

function planDecided({ product, productName, planName, approved, reason }: DataOf<'plan.decided'>): Words {
  const name = oneLine(planName, 80);
  return {
    subject: approved ? `Your order of ${name} was approved` : `Your order of ${name} was refused`,
    opening: approved
      ? `The plan ${name} that you ordered has begun.`
      : `The plan ${name} that you ordered was refused.`,
    facts: [
      ['Plan', `${name} (${oneLine(productName ?? product, 80)})`],
      ...(reason ? [['Reason', oneLine(reason, 500)] as const] : []),
    ],
    advice: approved ? 'Nothing needs to be done.' : 'Ask the operator of this installation, or choose another plan.',
  };
}

function planOrdered({ organisationId, product, productName, planName }: DataOf<'plan.ordered'>): Words {
  const name = oneLine(planName, 80);
  return {
    subject: `An order of ${name} waits for your approval`,
    opening: `An organisation of this installation has ordered the plan ${name}.`,
    facts: [
      ['Plan', `${name} (${oneLine(productName ?? product, 80)})`],
      ['Organisation', organisationId],
    ],
    advice: `Approve or refuse it: POST /api/v1/operator/organisations/${organisationId}/orders/${oneLine(product, 80)}`,
  };
}

function seatsStopped({ name, quantity }: DataOf<'seats.stopped'>): Words {
  const addon = oneLine(name, 80);
  return {
    subject: `${addon} is not bought by itself any more: a payment failed`,
    opening: `A payment for more of "${addon}" failed, so their number does not follow your members any more.`,
    facts: [['Paid for', String(quantity)]],
    advice:
      'Nobody was removed; members beyond the limit can only read. Mend the payment method, then switch it on again.',
  };
}

const TOP_UPS = {
  payment_failed: {
    why: 'a payment failed',
    advice: 'Nothing was charged. Mend the payment method, then switch it on again.',
  },
  package_gone: {
    why: 'it is not sold any more',
    advice: 'Choose another package, then switch it on again.',
  },
  cap_reached: {
    why: 'the sum for this month is spent',
    advice: 'It goes on with the next month (UTC), or as soon as you raise the sum.',
  },
} as const;

function topUpStopped({ name, reason }: DataOf<'top_up.stopped'>): Words {
  const [pack, { why, advice }] = [oneLine(name, 80), TOP_UPS[reason]];
  return {
    subject: `${pack} is not bought by itself: ${why}`,
    opening: `Units run low, and "${pack}" was not bought by itself: ${why}.`,
    facts: [],
    advice,
  };
}

const DISPUTES = { open: 'was opened', won: 'was decided for the seller', lost: 'was decided for the payer' } as const;

function paymentDisputed(dispute: DataOf<'payment.disputed'>): Words {
  const { state, answerBy, readOnly } = dispute;
  const amount = `${dispute.amount} ${oneLine(dispute.currency, 20)}`;
  return {
    subject: `A dispute of a payment of ${amount} ${DISPUTES[state]}`,
    opening: `The bank of whoever paid ${amount} was asked to take the payment back. The dispute ${DISPUTES[state]}.`,
    facts: [
      ['Amount', amount],
      ['Reason', oneLine(dispute.reason, 80)],
      ...(answerBy ? [['Answer by', instant(answerBy)] as const] : []),
      ['Organisation', dispute.organisationId],
      ['Dispute', oneLine(dispute.disputeId, 80)],
    ],
    advice: readOnly
      ? 'What was paid for can only be read until the operator of this installation has settled it. Nothing is deleted.'
      : 'If this was a mistake, ask the bank to withdraw it, and tell the operator of this installation.',
  };
}

function test({ name, channelId }: DataOf<'channel.test'>): Words {
  return {
    subject: 'Test of a notification channel',
    opening: `This is a test of the channel "${oneLine(name, 100)}". It works.`,
    facts: [['Channel id', channelId]],
    advice: 'Nothing needs to be done.',
  };
}

const signed = (decimal: string) => (/^-|^0+(\.0+)?$/.test(decimal) ? decimal : `+${decimal}`);

/** `2026-11-20 10:05 UTC` */
const instant = (timestamp: string) => `${timestamp.slice(0, 10)} ${timestamp.slice(11, 16)} UTC`;
