-- phase: contract, unused since 0.1.0
-- Refresh keys lay in the clear, here and in every dump that was taken so far: those sessions end, and their people log
-- in again. From now on the key is sealed for its very row with the installation's data key, so that a copy of this
-- database makes no refresh token without the master key, which is not in it.
delete from sessions;
alter table sessions drop column refresh_key;
alter table sessions add column refresh_key_sealed text not null;
comment on column sessions.refresh_key_sealed is 'refresh token n is the HMAC of n under this key; only the newest is valid';
