-- phase: expand
-- Of the demo organisation: its orders are traded on paper as any other's, and nobody is charged for them.
alter table bots add column demo boolean not null default false;
