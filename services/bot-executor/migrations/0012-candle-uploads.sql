-- phase: contract, unused since 0.1.0
-- Candle files: what is to be done with each, its parts until it was read, and what came out.
create table candle_uploads (
  org_id uuid not null,
  id uuid not null,
  status text not null default 'receiving'
    check (status in ('receiving', 'queued', 'running', 'done', 'failed', 'cancelled')),
  -- Market with its rules, interval and options.
  work jsonb not null,
  person uuid not null,
  -- Which sending of the file its parts are of.
  attempt uuid,
  bytes bigint not null default 0,
  added int,
  replaced int,
  report jsonb,
  failure text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (org_id, id)
);
-- Given up when they do not come, in all organisations.
select tidegate.protect('candle_uploads', 'uploads');

create table candle_upload_parts (
  org_id uuid not null,
  upload_id uuid not null,
  number int not null,
  bytes int not null,
  -- Deflated.
  data bytea not null,
  primary key (org_id, upload_id, number),
  foreign key (org_id, upload_id) references candle_uploads on delete cascade
);
alter table candle_upload_parts alter column data set storage external;
select tidegate.protect('candle_upload_parts', 'uploads');

alter table work_queue drop constraint work_queue_kind_check;
alter table work_queue add constraint work_queue_kind_check check (kind in ('backtest', 'sweep', 'upload'));
