import { z } from 'zod';
import { live } from '../kernel/live.ts';
import { operation } from '../kernel/operation.ts';
import { Decimal, Id, page, pageQuery, sortQuery, Timestamp } from '../kernel/types.ts';
import { FEED_AREAS, HAPPENING_KINDS } from './happening-kinds.ts';

/** Of an organisation; beyond it the oldest go first. */
export const MOST_HAPPENINGS = 2_000;

export const FeedArea = z.enum(FEED_AREAS).meta({
  id: 'FeedArea',
  description: 'monitoring: servers; trading: bots; billing: plan, payments and quotas; team: members and API keys',
});
export type FeedArea = z.infer<typeof FeedArea>;

export const HappeningKind = z.enum(HAPPENING_KINDS).meta({ id: 'HappeningKind', description: 'What happened' });
export type HappeningKind = z.infer<typeof HappeningKind>;

/** What a sentence about it needs. Which are there depends on the kind; a newer one may have others. */
export const HappeningDetail = z
  .object({
    code: z
      .string()
      .optional()
      .meta({
        description:
          'Of an unreachable server why it could not be reached, of a finding which (`blocked`, `index_unused`), of a bot why it was halted, of a subscription what was ' +
          'done to it (`canceled`, `paused`), of an order whether it was `approved` or `refused`, of a dispute its state, ' +
          'of a top-up why it ended, of a member the role',
        examples: ['connection_refused'],
      }),
    seconds: z
      .int()
      .optional()
      .meta({ description: 'How long the server could not be reached, or the finding lasted' }),
    indexes: z.int().optional().meta({ description: 'Of a finding about indexes: how many are new, or gone' }),
    index: z
      .string()
      .optional()
      .meta({ description: 'Of a finding about a single index: its name', examples: ['orders_note'] }),
    percent: z.int().optional().meta({ description: 'The share of the quota that was reached' }),
    daysOverdue: z.int().optional().meta({ description: 'Of an invoice; below zero: so many days before it is due' }),
    product: z
      .string()
      .optional()
      .meta({ examples: ['monitoring'] }),
    plan: z
      .string()
      .optional()
      .meta({ description: 'In force from then on', examples: ['pro'] }),
    planBefore: z
      .string()
      .optional()
      .meta({ description: 'Absent where it stayed the same', examples: ['free'] }),
  })
  .meta({ id: 'HappeningDetail' });
export type HappeningDetail = z.infer<typeof HappeningDetail>;

export const Happening = z
  .object({
    id: Id,
    kind: HappeningKind,
    at: Timestamp.meta({ description: 'When it happened last' }),
    since: Timestamp.meta({ description: 'When it happened first' }),
    count: z
      .int()
      .min(1)
      .meta({ description: 'How often: what happens to one thing again within an hour is one entry' }),
    thing: z.object({
      id: z.string().nullable().meta({
        description: 'The server, bot, invoice, meter, product, member or API key; null where there is none',
      }),
      name: z
        .string()
        .nullable()
        .meta({ description: 'As it was called then; null of a member: members.list says it' }),
    }),
    amount: Decimal.nullable().meta({ description: 'Profit of the trades as a sum, or the amount of the invoice' }),
    currency: z
      .string()
      .nullable()
      .meta({ examples: ['USDT'] }),
    detail: HappeningDetail,
  })
  .meta({ id: 'Happening' });
export type Happening = z.infer<typeof Happening>;

export const listFeed = operation({
  service: 'notifier',
  name: 'feed.list',
  http: ['GET', '/api/v1/feed'],
  scope: 'org:read',
  summary: 'What happened in the organisation, newest first or oldest first',
  description:
    'An entry appears a moment after what it is about, and says nothing of who did it: that is in the audit log. Only ' +
    'what the caller may read otherwise is in the list: what concerns bots needs `bots:read`, what was paid `billing:read`. What ' +
    'happens to one thing again within an hour is added to its entry, which moves to the top. Entries are kept for ' +
    '`NOTIFIER_KEEP_DAYS` and at most 2,000 of an organisation.',
  input: z.strictObject({
    ...pageQuery,
    ...sortQuery(['at'], '-at'),
    area: FeedArea.optional().meta({ description: 'Only what belongs there', examples: ['trading'] }),
    kind: HappeningKind.optional().meta({ description: 'Only this', examples: ['bot.halted'] }),
  }),
  output: page(Happening).meta({ id: 'Happenings' }),
  example: {
    output: {
      items: [
        {
          id: '0192f0c1-2a3b-7c4d-8e5f-60718293a4b5',
          kind: 'trade.closed',
          at: '2026-11-27T10:42:00.000Z',
          since: '2026-11-27T10:05:00.000Z',
          count: 3,
          thing: { id: '0192f0c1-2a3b-7c4d-8e5f-60718293a4b6', name: 'Morning BTC' },
          amount: '12.50',
          currency: 'USDT',
          detail: {},
        },
      ],
    },
  },
});

export const FeedPulse = z
  .object({})
  .meta({ id: 'FeedPulse', description: 'It says only that there is something: who may read what differs' });

/** Its own topic: those of servers and bots come before the entry is stored, so whoever read at once would miss it. */
export const feedPulse = live({
  topic: 'feed',
  summary: 'The feed of the organisation has something new',
  data: FeedPulse,
  refreshes: ['/api/v1/feed'],
});
