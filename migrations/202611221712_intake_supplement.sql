-- +goose Up
-- What came later under the number of a work order 「补充」. Its words stand with the report.
CREATE TABLE intake_supplement (
    id      BIGINT PRIMARY KEY,
    parent  BIGINT NOT NULL,                 -- the order
    body    BYTEA NOT NULL,                  -- keyed hash of what came with it
    request BYTEA NOT NULL,                  -- keyed hash of the Idempotency-Key with which it came; empty = none
    at      BIGINT NOT NULL,
    upload  BIGINT NOT NULL,                 -- the file in which it came; 0 = by the interface
    by_unit BIGINT NOT NULL                  -- unit of whoever brought it in; 0 = the interface
);
CREATE UNIQUE INDEX intake_supplement_body ON intake_supplement (parent, body);
CREATE INDEX intake_supplement_request ON intake_supplement (request);
ALTER TABLE intake_upload ADD COLUMN added BIGINT NOT NULL DEFAULT 0; -- rows that added to an order which had come before
