-- phase: contract, unused since 0.1.0
-- Usage of meters with decimals is charged exactly, in parts of a unit.
alter table invoice_items alter column quantity type numeric(28, 6);
-- Some meters count in smaller steps than units.
comment on column usage_charges.charged_quantity is 'in the smallest steps of the meter';
