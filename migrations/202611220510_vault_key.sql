-- +goose Up
-- Keys which the key file outside the database holds, by their ids: which one wraps new data keys, and a check value
-- by which a wrong key file is noticed before it does harm.
CREATE TABLE vault_master (
    id      TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,           -- wrap, blind, integrity
    state   TEXT NOT NULL,           -- current, old, retired
    proof   BYTEA NOT NULL,          -- keyed value of a fixed text
    created BIGINT NOT NULL
);

-- Data keys, one per record group, wrapped by a key of the key file.
CREATE TABLE vault_key (
    record_group TEXT PRIMARY KEY,   -- e.g. user/123
    suite        TEXT NOT NULL,      -- sm or aes: what seals the fields of this group
    master       TEXT NOT NULL,      -- vault_master.id that wraps the key; '' once shredded
    wrapped      BYTEA NOT NULL,     -- empty once shredded
    created      BIGINT NOT NULL,
    shredded     BIGINT NOT NULL     -- 0 = in use
);
CREATE INDEX vault_key_master ON vault_key (master, record_group);
