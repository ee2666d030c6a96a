-- +goose Up
DROP TABLE intake_order;

-- A work order of a hotline 「12345、12355工单」 that became a report. The unit that received it first answers for it 「首接负责」.
CREATE TABLE intake_order (
    id       BIGINT PRIMARY KEY,
    channel  TEXT NOT NULL,
    outside  BYTEA NOT NULL,                 -- keyed hash of the hotline's own number
    body     BYTEA NOT NULL,                 -- keyed hash of what came with it
    request  BYTEA NOT NULL,                 -- keyed hash of the Idempotency-Key with which it came; empty = none
    report   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    upload   BIGINT NOT NULL,                -- the file in which it came; 0 = by the interface
    by_unit  BIGINT NOT NULL,                -- unit of whoever brought it in; 0 = the interface
    first    BIGINT NOT NULL,                -- unit that received it first
    due      BIGINT NOT NULL,                -- the hotline's own limit; 0 = none
    returned TEXT NOT NULL,                  -- code of the reason why it went back; "" = it did not
    sent     BIGINT NOT NULL,                -- when the result was last exported; 0 = never
    repeats  BIGINT NOT NULL,                -- each repeat is a durable write of its own
    sealed   BYTEA NOT NULL                  -- the hotline's number, group intake_order/<id>
);
CREATE UNIQUE INDEX intake_order_outside ON intake_order (channel, outside);
CREATE INDEX intake_order_request ON intake_order (request);
CREATE INDEX intake_order_report ON intake_order (report);
CREATE INDEX intake_order_unit ON intake_order (by_unit, id);

-- A file of work orders that was sent in, with what became of its rows.
CREATE TABLE intake_upload (
    id      BIGINT PRIMARY KEY,
    at      BIGINT NOT NULL,
    channel TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    total   BIGINT NOT NULL,
    taken   BIGINT NOT NULL,
    again   BIGINT NOT NULL,                 -- rows that had come before
    wrong   BIGINT NOT NULL,
    file    BIGINT NOT NULL                  -- the wrong rows with their reasons; 0 = none
);
CREATE INDEX intake_upload_unit ON intake_upload (by_unit, id);

-- Another system that may send work orders and read their results 「对接单位」.
CREATE TABLE intake_partner (
    id      BIGINT PRIMARY KEY,
    name    TEXT NOT NULL,
    channel TEXT NOT NULL,
    token   BYTEA NOT NULL,                  -- keyed hash of its token
    made    BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    ended   BIGINT NOT NULL                  -- 0 = in force
);
CREATE UNIQUE INDEX intake_partner_token ON intake_partner (token);
