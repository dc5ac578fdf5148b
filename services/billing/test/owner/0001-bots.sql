-- phase: expand
create table bots (org_id uuid not null, id uuid not null, primary key (org_id, id));
select tidegate.protect('bots');
