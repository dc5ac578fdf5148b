-- phase: expand
-- The vault finds secrets that were sealed with derived keys, to seal them again.
select tidegate.protect('servers', 'vault');
