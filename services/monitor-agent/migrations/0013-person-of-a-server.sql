-- phase: expand
-- Who added the server: the places in which servers are looked at are shared fairly among people as well as among
-- organisations, of which one person may have many. Null for what was added before, and by the installation itself.
alter table server_leases add column person_id uuid;
