import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Id, Timestamp } from '../kernel/types.ts';
import { PlanKey } from './catalogue.ts';
import { Currency } from './currencies.ts';
import { Month } from './operator.ts';
import { ProductKey } from './products.ts';

const Amount = (description: string) => z.string().meta({ description, examples: ['12.5043'] });
const mrrMinor = z.int().min(0).meta({ description: 'What recurs in a month, at the end of this one' });
const usageMinor = z.int().meta({
  description:
    'What use and packages were charged for in the month, after discounts and before taxes; less than 0 when more was given back',
});
const cost = Amount('Use of the month times what a unit costs, exact, in whole units of the currency');
const margin = Amount('What recurs and what use was charged for, minus the cost');

/** What each means: docs/operations.md, *Costs*. */
export const CostFigures = z
  .object({
    currency: Currency,
    month: Month,
    asOf: Timestamp,
    unknown: z
      .int()
      .min(0)
      .meta({ description: 'Organisations whose usage is not known at the moment; counted as none' }),
    meters: z.array(
      z.object({
        meter: z.string(),
        unitCost: Amount('What a unit costs, as the catalogue in force says'),
        quantity: Amount('Used in the month, by all'),
        cost,
      }),
    ),
    plans: z.array(
      z.object({
        product: ProductKey.nullable().meta({ description: 'null: what all products share' }),
        plan: PlanKey.nullable(),
        organisations: z.int().min(0),
        mrrMinor,
        usageMinor,
        cost,
        margin,
      }),
    ),
    organisations: z
      .array(
        z.object({
          organisationId: Id,
          name: z.string().meta({ description: 'Empty while it is not known', examples: ['Acme'] }),
          plans: z.array(z.string()),
          mrrMinor,
          usageMinor,
          cost,
          margin,
        }),
      )
      .meta({ description: 'Those that bring least come first' }),
    csv: z.string().optional().meta({ description: 'The table, when CSV was asked for' }),
  })
  .meta({ id: 'CostFigures' });
export type CostFigures = z.infer<typeof CostFigures>;

export const COST_TABLES = ['meters', 'plans', 'organisations'] as const;

export const getCosts = operation({
  service: 'billing',
  name: 'costs.get',
  http: ['GET', '/api/v1/operator/costs'],
  scope: 'operator',
  summary: 'What the use of a month costs the operator against what it brings: by meter, plan and organisation',
  description:
    'By the `cost` of metered features in the catalogue. Of one currency: what has no cost in it counts as none. With ' +
    '`format=csv`, or `Accept: text/csv`, the answer is one `table` as CSV (RFC 4180).',
  input: z.strictObject({
    month: Month.optional().meta({ description: 'By default the present one' }),
    currency: Currency.optional().meta({ description: 'By default that of the catalogue' }),
    organisationId: Id.optional().meta({ description: 'Only of this organisation' }),
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .meta({ description: 'How many organisations are listed; all are counted' }),
    table: z.enum(COST_TABLES).default('plans').meta({ description: 'Which table, of CSV' }),
    format: z.enum(['json', 'csv']).optional().meta({ description: 'csv: one table; by default what `Accept` says' }),
  }),
  output: CostFigures,
  csv: true,
  deadlineMs: 60_000,
});
