import { z } from 'zod';
import { Halt } from '../bot-executor/bot-reasons.ts';
import { Decimal, Id, Timestamp } from '../kernel/types.ts';

/** What a channel can subscribe to; the `type` of a webhook's body. */
export const NOTICE_TYPES = [
  'server.unreachable',
  'trade.closed',
  'bot.halted',
  'quota.reached',
  'invoice.due',
  'plan.decided',
  'plan.ordered',
  'seats.stopped',
  'top_up.stopped',
  'payment.disputed',
] as const;
export const NoticeType = z.enum(NOTICE_TYPES).meta({ id: 'NoticeType' });
export type NoticeType = z.infer<typeof NoticeType>;

export const ServerUnreachableNotice = z
  .object({
    type: z.literal('server.unreachable'),
    timestamp: Timestamp,
    data: z.object({ serverId: Id, name: z.string(), since: Timestamp, code: z.string() }),
  })
  .meta({ id: 'ServerUnreachableNotice' });

export const TradeClosedNotice = z
  .object({
    type: z.literal('trade.closed'),
    timestamp: Timestamp,
    data: z.object({
      tradeId: Id,
      botId: Id,
      botName: z.string(),
      market: z.string(),
      direction: z.enum(['long', 'short']),
      profit: Decimal,
      profitPercent: Decimal,
      currency: z.string(),
      closedAt: Timestamp,
    }),
  })
  .meta({ id: 'TradeClosedNotice' });

export const BotHaltedNotice = z
  .object({
    type: z.literal('bot.halted'),
    timestamp: Timestamp,
    data: z.object({
      botId: Id,
      botName: z.string(),
      reason: Halt.shape.reason,
      message: z.string(),
      haltedAt: Timestamp,
    }),
  })
  .meta({ id: 'BotHaltedNotice' });

export const QuotaReachedNotice = z
  .object({
    type: z.literal('quota.reached'),
    timestamp: Timestamp,
    data: z.object({
      meter: z.string(),
      meterName: z.string().optional(),
      limit: z.int(),
      used: z.int(),
      percent: z.int(),
      periodStart: Timestamp,
      periodEnd: Timestamp.nullable().meta({ description: 'null: the limit applies to all use there has been' }),
    }),
  })
  .meta({ id: 'QuotaReachedNotice' });

export const InvoiceDueNotice = z
  .object({
    type: z.literal('invoice.due'),
    timestamp: Timestamp,
    data: z.object({
      invoiceId: Id,
      number: z.string().nullable(),
      amount: Decimal.meta({ description: 'What is left to pay' }),
      currency: z.string(),
      dueAt: Timestamp,
      daysOverdue: z.int().meta({ description: 'Below zero: so many days before it is due' }),
      readOnlyAt: Timestamp.meta({ description: 'If it is not paid by then, nothing can be created any more' }),
      unpaidAt: Timestamp.meta({ description: 'If it is not paid by then, the default plan takes its place' }),
    }),
  })
  .meta({ id: 'InvoiceDueNotice' });

export const PlanDecidedNotice = z
  .object({
    type: z.literal('plan.decided'),
    timestamp: Timestamp,
    data: z.object({
      product: z.string(),
      productName: z.string().optional(),
      plan: z.string(),
      planName: z.string(),
      approved: z.boolean(),
      reason: z.string(),
    }),
  })
  .meta({ id: 'PlanDecidedNotice' });

export const PlanOrderedNotice = z
  .object({
    type: z.literal('plan.ordered'),
    timestamp: Timestamp,
    data: z.object({
      organisationId: Id,
      product: z.string(),
      productName: z.string().optional(),
      plan: z.string(),
      planName: z.string(),
    }),
  })
  .meta({ id: 'PlanOrderedNotice' });

export const SeatsStoppedNotice = z
  .object({
    type: z.literal('seats.stopped'),
    timestamp: Timestamp,
    data: z.object({ product: z.string(), name: z.string(), quantity: z.int().min(0) }),
  })
  .meta({ id: 'SeatsStoppedNotice' });

export const TopUpStoppedNotice = z
  .object({
    type: z.literal('top_up.stopped'),
    timestamp: Timestamp,
    data: z.object({
      feature: z.string(),
      name: z.string(),
      reason: z.enum(['payment_failed', 'package_gone', 'cap_reached']),
    }),
  })
  .meta({ id: 'TopUpStoppedNotice' });

export const PaymentDisputedNotice = z
  .object({
    type: z.literal('payment.disputed'),
    timestamp: Timestamp,
    data: z.object({
      organisationId: Id,
      disputeId: z.string(),
      state: z.enum(['open', 'won', 'lost']),
      amount: Decimal,
      currency: z.string(),
      reason: z.string(),
      answerBy: Timestamp.nullable(),
      readOnly: z.boolean(),
    }),
  })
  .meta({ id: 'PaymentDisputedNotice' });

export const TestNotice = z
  .object({
    type: z.literal('channel.test'),
    timestamp: Timestamp,
    data: z.object({ channelId: Id, name: z.string() }),
  })
  .meta({ id: 'TestNotice' });

/** The body of a webhook. A type's shape only ever gains fields: receivers ignore those they do not know. */
export const Notice = z
  .discriminatedUnion('type', [
    ServerUnreachableNotice,
    TradeClosedNotice,
    BotHaltedNotice,
    QuotaReachedNotice,
    InvoiceDueNotice,
    PlanDecidedNotice,
    PlanOrderedNotice,
    SeatsStoppedNotice,
    TopUpStoppedNotice,
    PaymentDisputedNotice,
    TestNotice,
  ])
  .meta({ id: 'Notice' });
export type Notice = z.infer<typeof Notice>;
