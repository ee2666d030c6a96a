-- +goose Up
-- A measure 「监护干预措施」 taken for a child, with how it stands as its facts make it.
CREATE TABLE guardianship_measure (
    id      BIGINT PRIMARY KEY,
    child   BIGINT NOT NULL,
    kind    TEXT NOT NULL,                   -- id of the rule
    secret  BIGINT NOT NULL,                 -- 1 = only units that take part know of it
    region  TEXT NOT NULL,                   -- where the child lived when it began
    town    TEXT NOT NULL,
    county  TEXT NOT NULL,
    unit    BIGINT NOT NULL,                 -- whose measure it is
    opened  TEXT NOT NULL,                   -- day of its first fact: the rules of that day hold
    phase   TEXT NOT NULL,                   -- asked | held | ended
    state   TEXT NOT NULL,                   -- the rule's word for how it stands
    until   TEXT NOT NULL,                   -- day to which it holds; '' = none
    alarm   BIGINT NOT NULL,                 -- 1 = it was broken and nobody has dealt with that
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    sealed  BYTEA NOT NULL                   -- JSON of guardianship.Cause, group measure/<id>
);
CREATE INDEX guardianship_measure_child ON guardianship_measure (child, id);
CREATE INDEX guardianship_measure_town ON guardianship_measure (town, id);
CREATE INDEX guardianship_measure_county ON guardianship_measure (county, id);

-- What happened in a measure. Nothing is ever changed: what was entered wrongly is struck out.
CREATE TABLE guardianship_fact (
    id        BIGINT PRIMARY KEY,
    measure   BIGINT NOT NULL,
    kind      TEXT NOT NULL,                 -- id of a fact of the rule
    at        BIGINT NOT NULL,               -- when it happened
    until     TEXT NOT NULL,                 -- day to which the measure holds by it
    urgent    BIGINT NOT NULL,
    place     TEXT NOT NULL,                 -- kind of placement; '' = none
    entered   BIGINT NOT NULL,
    by_user   BIGINT NOT NULL,
    by_name   TEXT NOT NULL,
    by_unit   BIGINT NOT NULL,
    sealed    BYTEA NOT NULL,                -- JSON of guardianship.Detail
    struck    BIGINT NOT NULL,               -- instant at which it was struck out; 0 = it stands
    struck_by TEXT NOT NULL,
    reason    BYTEA NOT NULL                 -- sealed words why
);
CREATE INDEX guardianship_fact_measure ON guardianship_fact (measure, at, id);

-- A duty for which a fact asked.
CREATE TABLE guardianship_task (
    id      BIGINT PRIMARY KEY,
    measure BIGINT NOT NULL,
    rule    TEXT NOT NULL,                   -- id of a duty of the rule
    cause   BIGINT NOT NULL,                 -- the fact
    round   BIGINT NOT NULL,                 -- how often it had returned
    duty    BIGINT NOT NULL,
    unit    BIGINT NOT NULL,
    state   TEXT NOT NULL,                   -- open | done | over
    fact    BIGINT NOT NULL,                 -- the fact that fulfilled it
    opened  BIGINT NOT NULL,
    closed  BIGINT NOT NULL
);
CREATE INDEX guardianship_task_measure ON guardianship_task (measure, id);
CREATE UNIQUE INDEX guardianship_task_open ON guardianship_task (measure, rule, cause, round) WHERE state = 'open';

-- The units that take part in a measure and so may see it.
CREATE TABLE guardianship_party (
    measure BIGINT NOT NULL,
    unit    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    PRIMARY KEY (measure, unit)
);
CREATE INDEX guardianship_party_unit ON guardianship_party (unit, measure);
