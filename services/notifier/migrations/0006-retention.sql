-- phase: expand
-- The system purpose that deletes what is old is called what it is in every service.
select tidegate.protect('deliveries', 'retention');
select tidegate.protect('earlier_secrets', 'retention');
