-- phase: contract, unused since 0.1.0
-- Tables and columns get the field's names: a snapshot is what was read of a server at a moment; hours and days of
-- statements are rolled up; the figures of a rollup are stored in chunks; what happened to counters is an annotation.
-- A partition carries the name of its table, by which it is found when it is created or dropped.
do $$
declare
  renamed record;
  part text;
begin
  for renamed in
    select * from (values ('statement_looks', 'statement_snapshots'), ('relation_looks', 'relation_snapshots'),
                          ('server_markers', 'server_annotations'), ('statement_blocks', 'statement_rollups'),
                          ('statement_packs', 'statement_chunks'), ('statement_hour_packs', 'statement_hour_chunks'))
             as names (before, after)
  loop
    for part in
      select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = to_regclass(quote_ident(renamed.before))
    loop
      execute format('alter table %I rename to %I', part, renamed.after || substr(part, length(renamed.before) + 1));
    end loop;
    execute format('alter table %I rename to %I', renamed.before, renamed.after);
    execute format('alter table %I rename constraint %I to %I', renamed.after, renamed.before || '_pkey', renamed.after || '_pkey');
  end loop;
end $$;

alter table statement_rollups rename column looks to snapshots;
alter table statement_rollups rename column look_blob to snapshot_blob;
alter table statement_chunks rename column pack to chunk;
alter table statement_hour_chunks rename column pack to chunk;
alter table relation_snapshots rename column life to reset_epoch;
