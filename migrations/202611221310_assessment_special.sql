-- +goose Up
-- Care may stand on behalf of an entry of a secret list, of which the child's file knows nothing. A care's state is open | done | ended | past:
-- past was done on a list that the child has left.
ALTER TABLE assessment_care ADD COLUMN apart BIGINT NOT NULL DEFAULT 0;
DROP INDEX assessment_care_open;
CREATE UNIQUE INDEX assessment_care_open ON assessment_care (child, kind, apart) WHERE state = 'open';
CREATE INDEX assessment_care_apart ON assessment_care (apart, id) WHERE apart > 0;
-- Who waits for a step of a special list, the earliest first.
CREATE INDEX assessment_care_step ON assessment_care (kind, due, child) WHERE state = 'open' AND apart = 0;

-- That a child stands on a secret list: kept apart from the file, so that no list, number, export or search can tell.
CREATE TABLE assessment_entry (
    id         BIGINT PRIMARY KEY,
    list       TEXT NOT NULL,               -- special.Kind
    child      BIGINT NOT NULL,             -- the file that stands for the child now
    origin     BIGINT NOT NULL,             -- the file on which it was entered, should the two be parted again
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    unit       BIGINT NOT NULL,             -- 0: no school sees it
    started    TEXT NOT NULL,
    ended      TEXT NOT NULL,               -- '' = it holds
    reason     TEXT NOT NULL,               -- why it ended: a key of special.Endings
    sealed     BYTEA NOT NULL,              -- on what it rests, group child/<origin>
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    by_unit    BIGINT NOT NULL,
    ended_by   BIGINT NOT NULL,
    ended_name TEXT NOT NULL
);
CREATE UNIQUE INDEX assessment_entry_origin ON assessment_entry (origin, list) WHERE ended = '';
CREATE INDEX assessment_entry_child ON assessment_entry (child, id);
CREATE INDEX assessment_entry_town ON assessment_entry (list, town, id) WHERE ended = '';
CREATE INDEX assessment_entry_county ON assessment_entry (list, county, id) WHERE ended = '';

-- A paper by which a child belongs to a special list. The paper itself is described, not copied.
CREATE TABLE assessment_proof (
    id       BIGINT PRIMARY KEY,
    child    BIGINT NOT NULL,
    origin   BIGINT NOT NULL,               -- as of assessment_entry
    list     TEXT NOT NULL,
    proof    TEXT NOT NULL,                 -- id among the proofs of the list
    day      TEXT NOT NULL,                 -- of the paper
    until    TEXT NOT NULL,                 -- last day on which it proves; '' = no end
    sealed   BYTEA NOT NULL,                -- number, who issued it, where it is kept; group child/<origin>
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    dropped  BIGINT NOT NULL                -- when it turned out not to prove; 0 = it does
);
CREATE INDEX assessment_proof_child ON assessment_proof (child, id);
CREATE INDEX assessment_proof_origin ON assessment_proof (origin);

-- What was done for a step of a special list.
CREATE TABLE assessment_step (
    id       BIGINT PRIMARY KEY,
    child    BIGINT NOT NULL,
    origin   BIGINT NOT NULL,
    entry    BIGINT NOT NULL,               -- of a secret list; 0 = an ordinary one
    list     TEXT NOT NULL,
    step     TEXT NOT NULL,
    day      TEXT NOT NULL,
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    duty     BIGINT NOT NULL,               -- that it fulfilled; 0 = none was open
    sealed   BYTEA NOT NULL                 -- words, group child/<origin>
);
CREATE INDEX assessment_step_child ON assessment_step (child, id);
CREATE INDEX assessment_step_origin ON assessment_step (origin);
