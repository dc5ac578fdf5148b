-- phase: expand
-- Whether refunds, disputes or credit notes are among what has changed: they are fetched only then.
alter table stripe_dirty add column money boolean not null default false;
