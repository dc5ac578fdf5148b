-- phase: expand
-- Which subscription a card was claimed for, hashed: the same one said again is no second trial.
alter table trial_claims add column claimed_for text;
