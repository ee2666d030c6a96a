-- +goose Up
-- Work that the program does by itself. An open row is waiting or running; a
-- periodic kind has one row for ever, which waits for its next time.
CREATE TABLE job (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL,              -- registered in code, e.g. duty.sweep
    key        TEXT NOT NULL,              -- two open rows of a kind never bear the same key; '' = none
    payload    TEXT NOT NULL,              -- JSON; refs only, never personal data
    state      TEXT NOT NULL,              -- waiting, running, done, failed
    next_at    BIGINT NOT NULL,            -- not before this instant of the product's clock
    attempt    BIGINT NOT NULL,            -- how often it was begun
    again      BIGINT NOT NULL,            -- 1 = asked for once more while it ran
    holder     TEXT NOT NULL,              -- the process that runs it
    until      BIGINT NOT NULL,            -- its lease ends then, by the clock of the database
    percent    BIGINT NOT NULL,            -- progress for the page that waits
    note       TEXT NOT NULL,              -- what is being done, or what was the result, for a person
    failure    TEXT NOT NULL,              -- why the last attempt failed, for the operator
    created_by BIGINT NOT NULL,            -- user id; 1 is the program
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL             -- last end, good or bad
);
CREATE INDEX job_waiting ON job (next_at, id) WHERE state = 'waiting';
CREATE INDEX job_running ON job (until) WHERE state = 'running';
CREATE INDEX job_failed ON job (id) WHERE state = 'failed';
CREATE INDEX job_done ON job (ended_at) WHERE state = 'done';
CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key <> '' AND state IN ('waiting', 'running');
