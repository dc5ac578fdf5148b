-- phase: contract, unused since 0.1.0
-- Lines of usage may have parts of a unit, also of invoices that outlive their organisation.
alter table kept_invoice_lines alter column quantity type numeric(28, 6);
