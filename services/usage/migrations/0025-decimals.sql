-- phase: expand
-- A meter that a snapshot named before the catalogue described it: nobody knows yet how its events are counted.
alter table meters add column described boolean not null default true;
-- Limits are stored in the smallest steps of their meters, as use is. Meters had whole units until now.
comment on column quotas.quota is 'in the smallest steps of the meter, as usage_hours.quantity and usage_balances.used';
