-- phase: expand, outside a transaction
create index concurrently if not exists audit_entries_refused on audit_entries (org_id, at, id) where refused;
