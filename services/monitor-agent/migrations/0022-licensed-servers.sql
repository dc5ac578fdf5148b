-- phase: expand
-- The licence of an installation counts the servers of all organisations.
select tidegate.protect('servers', 'licence');
