-- +goose Up
-- A checklist that is worked off because a child is in danger 「应急处置」.
CREATE TABLE casework_run (
    id         BIGINT PRIMARY KEY,
    list       TEXT NOT NULL,               -- id of the rule
    label      TEXT NOT NULL,
    subject    TEXT NOT NULL,               -- case | report | child
    subject_id BIGINT NOT NULL,
    child      BIGINT NOT NULL,             -- 0 = not known
    unit       BIGINT NOT NULL,             -- which began it
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    sealed     BYTEA NOT NULL               -- what the units must know to act, group casework_run/<id>
);
CREATE INDEX casework_run_subject ON casework_run (subject, subject_id, id);
CREATE INDEX casework_run_unit ON casework_run (unit, id);
CREATE INDEX casework_run_county ON casework_run (county, id);

-- One step of it. Whether it is done is told by the proof.
CREATE TABLE casework_step (
    id      BIGINT PRIMARY KEY,
    run     BIGINT NOT NULL,
    step    TEXT NOT NULL,                  -- id of the rule's step
    label   TEXT NOT NULL,
    record  TEXT NOT NULL,                  -- kind of paper that proves it; '' = words
    unit    BIGINT NOT NULL,
    duty    BIGINT NOT NULL,                -- 0 = not asked for yet
    state   TEXT NOT NULL,                  -- spare | open | done | skipped
    done    BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    sealed  BYTEA NOT NULL                  -- JSON of emergency.Proof, or the reason for leaving it out
);
CREATE INDEX casework_step_run ON casework_step (run, id);

-- Who is on duty for emergencies 「值班」.
CREATE TABLE casework_roster (
    id      BIGINT PRIMARY KEY,
    county  TEXT NOT NULL,
    day     TEXT NOT NULL,
    name    TEXT NOT NULL,
    phone   TEXT NOT NULL,                  -- of the office
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL
);
CREATE UNIQUE INDEX casework_roster_day ON casework_roster (county, day);

-- A public event during which other time limits and checklists hold 「突发事件」.
CREATE TABLE casework_contingency (
    id       BIGINT PRIMARY KEY,
    county   TEXT NOT NULL,
    plan     TEXT NOT NULL,                 -- id of the rule
    reason   TEXT NOT NULL,                 -- the document or order by which it began; names nobody
    began    BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    ended    BIGINT NOT NULL,
    ended_by TEXT NOT NULL
);
CREATE UNIQUE INDEX casework_contingency_open ON casework_contingency (county, plan) WHERE ended = 0;
