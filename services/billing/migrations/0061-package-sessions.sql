-- phase: expand
-- Pages on which packages are bought. What was sold is stored before the page is shown, and given once when it is paid.
create table stripe_package_sessions (
  org_id uuid not null,
  session_id text not null,
  package text not null,
  name text not null,
  feature text not null,
  amount bigint not null,
  expires_days int,
  quantity int not null,
  state text not null default 'open' check (state in ('open', 'paid', 'expired')),
  created_at timestamptz not null default now(),
  primary key (org_id, session_id)
);
select tidegate.protect('stripe_package_sessions', 'stripe');
create index on stripe_package_sessions (org_id) where state = 'open';
