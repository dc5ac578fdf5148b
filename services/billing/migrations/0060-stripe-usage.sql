-- phase: expand
-- Usage that Stripe charges. What lies beyond a limit is computed here and reported to a meter there, each hour's whole
-- total; Stripe multiplies it by its price on the invoice of the period.

-- Periods of what is charged by use, as they stand at Stripe.
create table stripe_usage_periods (
  org_id uuid not null,
  meter text not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  customer_id text not null,
  subscription_id text not null,
  price_id text not null,
  lookup_key text not null,
  -- the limit that was in force last while the period went on
  included bigint,
  unlimited boolean,
  -- what its invoice charged, once that is final
  invoiced numeric,
  -- what later invoices charged beyond that, or gave back, and how often
  charged_later numeric not null default 0,
  charges int not null default 0,
  -- what is being charged later just now: it is sent as it stands here, however often
  pending jsonb,
  primary key (org_id, meter, period_start)
);
select tidegate.protect('stripe_usage_periods', 'stripe');

-- What a period's hours were reported as. A revision is reported under its own name, so that Stripe counts it once.
create table stripe_usage_hours (
  org_id uuid not null,
  meter text not null,
  -- when it is reported for: the beginning of an hour, or of the period within it
  stamp timestamptz not null,
  period_start timestamptz not null,
  quantity numeric not null,
  revision int not null default 1,
  sent_revision int not null default 0,
  sent_at timestamptz,
  primary key (org_id, meter, stamp)
);
select tidegate.protect('stripe_usage_hours', 'stripe');
create index on stripe_usage_hours (org_id, meter, period_start);

-- When an organisation's usage is read and reported next. Whoever takes one holds it for a while under a number of its own.
create table stripe_usage_due (
  org_id uuid primary key,
  due_at timestamptz not null,
  -- when every hour was last read, and compared with what stands at Stripe
  compared_at timestamptz not null default 'epoch',
  holder bigint not null default 0
);
select tidegate.protect('stripe_usage_due', 'stripe');
create index on stripe_usage_due (due_at);
