-- +goose Up
-- A child whom a public event touches 「突发事件涉及的未成年人」, and whether somebody has reached it.
CREATE TABLE casework_touched (
    id          BIGINT PRIMARY KEY,
    contingency BIGINT NOT NULL,
    child       BIGINT NOT NULL,
    unit        BIGINT NOT NULL,                -- which is to reach it
    region      TEXT NOT NULL,
    town        TEXT NOT NULL,
    county      TEXT NOT NULL,
    state       TEXT NOT NULL,                  -- unheard | lost | safe | care | left
    run         BIGINT NOT NULL,                -- checklist that is worked off for it; 0 = none
    added       BIGINT NOT NULL,
    told        BIGINT NOT NULL,                -- instant of the last word about it; 0 = none yet
    by_name     TEXT NOT NULL,                  -- whose word that was
    sealed      BYTEA NOT NULL                  -- the word: where it is, with whom; group casework_contingency/<id>
);
CREATE UNIQUE INDEX casework_touched_child ON casework_touched (contingency, child);
CREATE INDEX casework_touched_unit ON casework_touched (contingency, unit, id);
