-- phase: contract, unused since 0.1.0
-- Tables and columns get the names that the code and the documents use. Policies, foreign keys and indexes follow by themselves.
alter table accounts rename to entitlement_snapshots;
alter table entitlement_snapshots rename column anchor to period_anchor;
alter table entitlement_snapshots rename constraint accounts_pkey to entitlement_snapshots_pkey;

alter table ingest_position rename to ingest_checkpoint;
alter table ingest_checkpoint rename column held_until to lease_expires_at;
alter table ingest_checkpoint rename constraint ingest_position_pkey to ingest_checkpoint_pkey;

alter table leases rename column held to reserved;

alter table rejected_events rename column fingerprint to content_hash;
