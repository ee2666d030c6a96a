-- +goose Up
-- Two files that may be those of one child 「疑似重复」, as the matching job found them; a person's answer stays for ever.
CREATE TABLE child_pair (
    a            BIGINT NOT NULL,           -- the older file
    b            BIGINT NOT NULL,
    score        BIGINT NOT NULL,
    reasons      TEXT NOT NULL,             -- keys of match.Reason between blanks: no personal data
    state        TEXT NOT NULL,             -- found | different | merged
    found        BIGINT NOT NULL,
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    unit_a       BIGINT NOT NULL,           -- where both files lie, for the scope of readers
    region_a     TEXT NOT NULL,
    town_a       TEXT NOT NULL,
    county_a     TEXT NOT NULL,
    unit_b       BIGINT NOT NULL,
    region_b     TEXT NOT NULL,
    town_b       TEXT NOT NULL,
    county_b     TEXT NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX child_pair_b ON child_pair (b, a);
CREATE INDEX child_pair_town ON child_pair (town_a, score, a, b) WHERE state = 'found';
CREATE INDEX child_pair_county ON child_pair (county_a, score, a, b) WHERE state = 'found';
CREATE INDEX child_pair_abroad ON child_pair (county_b, county_a) WHERE state = 'found' AND county_a <> county_b;

-- Files that are new or changed since they were last compared with others: the work of the matching job.
CREATE TABLE child_unmatched (
    child   BIGINT PRIMARY KEY,
    version BIGINT NOT NULL                 -- of the file, so that a change during the comparison is not lost
);

-- A merger of two files 「合并」 with what both were, so that it can be undone exactly.
CREATE TABLE child_merge (
    id          BIGINT PRIMARY KEY,
    kept        BIGINT NOT NULL,
    dropped     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    by_user     BIGINT NOT NULL,
    by_name     TEXT NOT NULL,
    sealed      BYTEA NOT NULL,             -- JSON of what both files were, group child/<kept>
    undone      BIGINT NOT NULL,            -- 0 = it holds
    undone_by   BIGINT NOT NULL,
    undone_name TEXT NOT NULL
);
CREATE UNIQUE INDEX child_merge_dropped ON child_merge (dropped) WHERE undone = 0;
CREATE INDEX child_merge_kept ON child_merge (kept, id);
CREATE INDEX child_successor ON child (successor, id) WHERE successor > 0;
