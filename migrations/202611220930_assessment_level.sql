-- +goose Up
-- An assessment of a child by a scale, from the proposal to the level that holds or does not.
CREATE TABLE assessment (
    id           BIGINT PRIMARY KEY,
    child        BIGINT NOT NULL,
    region       TEXT NOT NULL,              -- where the child lived
    town         TEXT NOT NULL,
    county       TEXT NOT NULL,
    unit         BIGINT NOT NULL,            -- the child's school, as child.unit
    scale        TEXT NOT NULL,
    version      TEXT NOT NULL,              -- day since which the scale held
    age          BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    by_unit      BIGINT NOT NULL,
    total        BIGINT NOT NULL,
    emergency    BIGINT NOT NULL,            -- 1 = a situation that overrides the points
    scored       BIGINT NOT NULL,            -- level by the scale
    level        BIGINT NOT NULL,            -- level asked for, differs with a reason
    before       BIGINT NOT NULL,            -- level that held then; 0 = none
    state        TEXT NOT NULL,              -- proposed | held | refused | replaced
    confirmed    BIGINT NOT NULL,            -- instant of the confirmation by the tier above; 0 = none asked or still open
    sealed       BYTEA NOT NULL,             -- JSON of assessment.Paper: answers and words, group child/<id>
    duty         BIGINT NOT NULL,            -- the duty to decide or confirm; 0 = none
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    decision     BYTEA NOT NULL              -- sealed words of the decision
);
CREATE INDEX assessment_child ON assessment (child, id);
CREATE INDEX assessment_town ON assessment (town, id) WHERE state = 'proposed';
CREATE INDEX assessment_county ON assessment (county, id) WHERE state = 'proposed';

-- What a child's level and categories make somebody do, one row from opening to end.
CREATE TABLE assessment_care (
    id      BIGINT PRIMARY KEY,
    child   BIGINT NOT NULL,
    kind    TEXT NOT NULL,                   -- visit, contact, reassess …: rule.CareKind
    terms   TEXT NOT NULL,                   -- the care as the matrix had it, to see whether it changed
    duty    BIGINT NOT NULL,
    due     TEXT NOT NULL,
    state   TEXT NOT NULL,                   -- open | done | ended
    opened  BIGINT NOT NULL,
    closed  BIGINT NOT NULL
);
CREATE INDEX assessment_care_child ON assessment_care (child, id);
CREATE UNIQUE INDEX assessment_care_open ON assessment_care (child, kind) WHERE state = 'open';
CREATE INDEX assessment_care_duty ON assessment_care (duty);

-- What was done for a child: a visit, a contact. No place by satellite and no picture is ever asked for.
CREATE TABLE assessment_record (
    id       BIGINT PRIMARY KEY,
    child    BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    day      TEXT NOT NULL,                  -- on which it was done
    at       BIGINT NOT NULL,                -- when it was entered
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    duty     BIGINT NOT NULL,                -- the duty it fulfilled; 0 = none was open
    seen     BIGINT NOT NULL,                -- 1 = the child was met
    present  BIGINT NOT NULL,                -- 1 = a guardian or caregiver was there
    abnormal BIGINT NOT NULL,                -- 1 = something needs attention
    words    BYTEA NOT NULL                  -- sealed, group child/<id>
);
CREATE INDEX assessment_record_child ON assessment_record (child, id);
