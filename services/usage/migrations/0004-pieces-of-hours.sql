-- phase: expand
-- Days of reports are those of the organisation.
alter table accounts add column time_zone text not null default 'UTC';

-- A period, or a day of the organisation, may begin within an hour. From here on a row is what happened since the last of
-- the three began, so that rows add up to periods and to days; older rows are whole hours.
comment on column usage_hours.hour is 'where a whole hour (UTC), a period or a day of the organisation begins';
