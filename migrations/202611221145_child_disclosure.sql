-- +goose Up
-- A list of children with what is private in clear 「明文导出」: one person asks, a second one approves, the file ends after some days.
CREATE TABLE child_disclosure (
    id           BIGINT PRIMARY KEY,
    number       TEXT NOT NULL,             -- of the register and the watermark: day and serial
    ledger       TEXT NOT NULL,
    query        TEXT NOT NULL,             -- the view as an address writes it, with its columns
    total        BIGINT NOT NULL,           -- lines: when it was asked, then of the file
    unit         BIGINT NOT NULL,           -- always 0: the list is one of a place
    region       TEXT NOT NULL,
    town         TEXT NOT NULL,
    county       TEXT NOT NULL,
    reason       BYTEA NOT NULL,            -- sealed, group child_disclosure/<id>
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    by_unit      BIGINT NOT NULL,
    unit_name    TEXT NOT NULL,
    state        TEXT NOT NULL,             -- asked | granted | refused | withdrawn | expired
    decider      BIGINT NOT NULL,           -- the unit whose duty the decision is
    duty         BIGINT NOT NULL,
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    answer       BYTEA NOT NULL,            -- sealed
    file         BIGINT NOT NULL,           -- the encrypted workbook; 0 = none, or it has ended
    children     BYTEA NOT NULL,            -- whose files stand in it, eight bytes each
    expires      BIGINT NOT NULL,
    takes        BIGINT NOT NULL            -- how often it was downloaded
);
CREATE UNIQUE INDEX child_disclosure_number ON child_disclosure (number);
CREATE INDEX child_disclosure_county ON child_disclosure (county, id);
CREATE INDEX child_disclosure_expires ON child_disclosure (expires) WHERE state = 'granted';

-- Each download of such a list.
CREATE TABLE child_disclosure_take (
    id         BIGINT PRIMARY KEY,
    disclosure BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    unit_name  TEXT NOT NULL
);
CREATE INDEX child_disclosure_take_of ON child_disclosure_take (disclosure, id);
