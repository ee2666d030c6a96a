-- +goose Up
-- That a unit of justice keeps something of a child's: who it is, which unit and whom to ask; never what.
-- Once it is sealed, all but id, state and the two blind indexes are empty.
CREATE TABLE justice_record (
    id      BIGINT PRIMARY KEY,
    number  TEXT NOT NULL,                   -- blind index of the child's identity number, hex; '' = not known
    kind    TEXT NOT NULL,
    unit    BIGINT NOT NULL,                 -- which keeps the papers
    by_unit BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    state   TEXT NOT NULL,                   -- open | sealed
    sealed  BYTEA NOT NULL                   -- JSON of justice.Content, group justice/<id>
);
CREATE INDEX justice_record_unit ON justice_record (unit, id) WHERE state = 'open';
CREATE INDEX justice_record_by ON justice_record (by_unit, id) WHERE state = 'open';
CREATE INDEX justice_record_number ON justice_record (number);

-- A request to look at what may have been sealed. It tells nothing of whether there is anything.
CREATE TABLE justice_unseal (
    id         BIGINT PRIMARY KEY,
    county     TEXT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    by_unit    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    ground     TEXT NOT NULL,
    state      TEXT NOT NULL,                -- asked | granted | refused
    decided    BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    expires    BIGINT NOT NULL,              -- instant to which a granted one opens; 0 = none
    duty       BIGINT NOT NULL,
    sealed     BYTEA NOT NULL                -- JSON of justice.Wish, group unseal/<id>
);
CREATE INDEX justice_unseal_user ON justice_unseal (by_user, id);
CREATE INDEX justice_unseal_county ON justice_unseal (county, id);
