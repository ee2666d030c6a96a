-- The schema after all steps, as SQLite keeps it; written by `make schema`, never by hand.

CREATE TABLE audit_block (
    id       INTEGER PRIMARY KEY,           -- 1, 2, 3 … without a gap
    at       BIGINT NOT NULL,
    entries  BIGINT NOT NULL,              -- entries in this block
    total    BIGINT NOT NULL,              -- entries in all blocks up to this one
    previous BYTEA NOT NULL,               -- seal of the block before
    digest   BYTEA NOT NULL,               -- SM3 over the entries, in order of id
    key_id   TEXT NOT NULL,                -- which audit key made the seal
    seal     BYTEA NOT NULL                -- keyed, over all columns above
);

CREATE TABLE audit_entry (
    id         INTEGER PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,            -- user id; 1 is the program
    actor_name TEXT NOT NULL,              -- copied in: the journal outlives accounts
    unit       BIGINT NOT NULL,            -- unit of the post under which the actor worked
    role       TEXT NOT NULL,
    action     TEXT NOT NULL,              -- permission word, e.g. plan.issue
    subject    TEXT NOT NULL,              -- kind of thing, e.g. duty
    subject_id BIGINT NOT NULL,
    detail     TEXT NOT NULL,              -- JSON; refs, fields and words of rules, never personal data in clear
    block      BIGINT NOT NULL DEFAULT 0   -- the block that sealed the entry; 0 = not yet
);
CREATE INDEX audit_entry_actor ON audit_entry (actor, id);
CREATE INDEX audit_entry_block ON audit_entry (block, id);
CREATE INDEX audit_entry_open ON audit_entry (id) WHERE block = 0;
CREATE INDEX audit_entry_subject ON audit_entry (subject, subject_id, id);

CREATE TABLE workday (
    date    TEXT PRIMARY KEY,
    workday BIGINT NOT NULL,               -- 1 = make-up day, 0 = holiday
    name    TEXT NOT NULL,
    year    BIGINT NOT NULL                -- of the notice; it may move the last days of the year before
);
CREATE INDEX workday_of_year ON workday (year, date);

CREATE TABLE workday_year (
    year       INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    stamp      BIGINT NOT NULL,            -- new with each import, so that caches see the change
    at         BIGINT NOT NULL,
    actor_name TEXT NOT NULL
);
