-- +goose Up
-- Every report, child and case writes data keys: a key lies in the one tree by
-- which it is sought. Rotation, once in years, goes through all of them instead
-- of having each kept in order for it.
DROP INDEX vault_key_master;
ALTER TABLE vault_key RENAME TO vault_key_before;
-- Data keys, one per record group, wrapped by a key of the key file.
CREATE TABLE vault_key (
    record_group TEXT PRIMARY KEY,   -- e.g. user/123
    suite        TEXT NOT NULL,      -- sm or aes: what seals the fields of this group
    master       TEXT NOT NULL,      -- vault_master.id that wraps the key; '' once shredded
    wrapped      BYTEA NOT NULL,     -- empty once shredded
    created      BIGINT NOT NULL,
    shredded     BIGINT NOT NULL     -- 0 = in use
) WITHOUT ROWID;
INSERT INTO vault_key (record_group, suite, master, wrapped, created, shredded)
SELECT record_group, suite, master, wrapped, created, shredded FROM vault_key_before ORDER BY record_group;
DROP TABLE vault_key_before;
