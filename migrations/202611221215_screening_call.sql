-- +goose Up
-- That the office was asked to begin what the rules set for a period, once for each.
CREATE TABLE screening_call (
    id    BIGINT PRIMARY KEY,
    form  TEXT NOT NULL,
    since TEXT NOT NULL,                    -- first day of the period
    duty  BIGINT NOT NULL,
    begun BIGINT NOT NULL                   -- the campaign that answered it; 0 = none yet
);
CREATE UNIQUE INDEX screening_call_form ON screening_call (form, since);
