-- phase: contract, unused since 0.1.0
-- Rows of aggregates with more than one event expire now as well, when these are quiet. What an aggregate had emitted before
-- its events said when the one before was emitted is as old as this.
update inbox set at = now() where sequence > 1;
