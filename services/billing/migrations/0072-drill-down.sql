-- phase: expand
-- Which events a line of usage is about: meter, from and to (excluded), and how much was counted in that time when it was
-- charged; null for other lines.
alter table invoice_items add column usage jsonb;
