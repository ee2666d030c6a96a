-- +goose Up
-- The work for one child from opening to closure 「个案」. In which phase it is follows from the facts below.
CREATE TABLE casework_case (
    id          BIGINT PRIMARY KEY,
    number      TEXT NOT NULL,
    child       BIGINT NOT NULL,
    family      BIGINT NOT NULL,            -- cases of siblings share it; 0 = none
    origin      TEXT NOT NULL,              -- report | visit | assessment | hand | emergency
    origin_id   BIGINT NOT NULL,
    unit        BIGINT NOT NULL,            -- which is in charge
    region      TEXT NOT NULL,
    town        TEXT NOT NULL,
    county      TEXT NOT NULL,
    opened      BIGINT NOT NULL,
    by_user     BIGINT NOT NULL,
    by_name     TEXT NOT NULL,
    sealed      BYTEA NOT NULL,             -- why it was opened, group casework_case/<id>
    planned     BIGINT NOT NULL,            -- when the care plan was confirmed; 0 = not yet
    planned_by  TEXT NOT NULL,
    closed      BIGINT NOT NULL,
    outcome     TEXT NOT NULL,              -- id of an outcome of the rule on closing
    version     BIGINT NOT NULL,            -- of the care plan
    saved       BIGINT NOT NULL,            -- when and by whom the care plan was saved last
    saved_by    TEXT NOT NULL,
    editor      BIGINT NOT NULL,            -- who edits the care plan; 0 = nobody
    editor_name TEXT NOT NULL,
    editing     BIGINT NOT NULL             -- since when
);
CREATE UNIQUE INDEX casework_case_number ON casework_case (county, number);
CREATE INDEX casework_case_child ON casework_case (child, id);
CREATE INDEX casework_case_family ON casework_case (family) WHERE family > 0;

-- Who may see a case, and nobody else: its team.
CREATE TABLE casework_member (
    id      BIGINT PRIMARY KEY,
    whole   BIGINT NOT NULL,                -- the case
    holder  BIGINT NOT NULL,                -- the person
    name    TEXT NOT NULL,
    unit    BIGINT NOT NULL,
    role    TEXT NOT NULL,                  -- lead | member | glass (紧急查看)
    since   BIGINT NOT NULL,
    until   BIGINT NOT NULL                 -- 0 = still; an instant to come = for a time
);
CREATE INDEX casework_member_holder ON casework_member (holder, until, whole);
CREATE INDEX casework_member_whole ON casework_member (whole, id);

-- The goal of a care plan for one dimension.
CREATE TABLE casework_goal (
    id      BIGINT PRIMARY KEY,
    whole   BIGINT NOT NULL,
    side    TEXT NOT NULL,                  -- id of the scale's dimension
    label   TEXT NOT NULL,
    unit    BIGINT NOT NULL,                -- who sees to it
    due     TEXT NOT NULL,
    state   TEXT NOT NULL,                  -- open | met | dropped
    sealed  BYTEA NOT NULL,                 -- JSON of casework.GoalPaper
    changed BIGINT NOT NULL,
    ended   BIGINT NOT NULL
);
CREATE UNIQUE INDEX casework_goal_side ON casework_goal (whole, side);

-- What happened in a case, of whatever kind, in words of its own for the timeline.
CREATE TABLE casework_event (
    id      BIGINT PRIMARY KEY,
    whole   BIGINT NOT NULL,
    kind    TEXT NOT NULL,                  -- opened, assessed, planned, service, referral, conference, opinion, file, closing, follow …
    at      BIGINT NOT NULL,                -- when it was entered
    day     TEXT NOT NULL,                  -- on which it was
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    unit    BIGINT NOT NULL,
    link    BIGINT NOT NULL,                -- id of what it is about; 0 = itself
    mark    TEXT NOT NULL,                  -- a word of the kind: level of an assessment, kind of a service, 1 or 0 of an opinion
    sealed  BYTEA NOT NULL                  -- words, group casework_case/<whole>
);
CREATE INDEX casework_event_whole ON casework_event (whole, id);
CREATE INDEX casework_event_kind ON casework_event (whole, kind, at);

-- A 会商 of units on a case.
CREATE TABLE casework_conference (
    id      BIGINT PRIMARY KEY,
    whole   BIGINT NOT NULL,
    day     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    held    BIGINT NOT NULL,                -- when the minutes were entered; 0 = called
    sealed  BYTEA NOT NULL                  -- JSON of casework.Minutes
);
CREATE INDEX casework_conference_whole ON casework_conference (whole, id);

-- What a conference decided, for one unit, which reads this and nothing else of the case.
CREATE TABLE casework_decision (
    id         BIGINT PRIMARY KEY,
    conference BIGINT NOT NULL,
    whole      BIGINT NOT NULL,
    unit       BIGINT NOT NULL,
    due        TEXT NOT NULL,
    duty       BIGINT NOT NULL,
    sealed     BYTEA NOT NULL,
    done       BIGINT NOT NULL,
    done_by    TEXT NOT NULL,
    result     BYTEA NOT NULL
);
CREATE INDEX casework_decision_whole ON casework_decision (whole, id);

-- A proposal to close a case, which a second person decides.
CREATE TABLE casework_closing (
    id           BIGINT PRIMARY KEY,
    whole        BIGINT NOT NULL,
    outcome      TEXT NOT NULL,
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    sealed       BYTEA NOT NULL,
    decider      BIGINT NOT NULL,
    duty         BIGINT NOT NULL,
    state        TEXT NOT NULL,             -- proposed | agreed | refused
    decided      BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    answer       BYTEA NOT NULL
);
CREATE INDEX casework_closing_whole ON casework_closing (whole, id);
CREATE UNIQUE INDEX casework_closing_open ON casework_closing (whole) WHERE state = 'proposed';

-- A look at a child after the case was closed 「回访」.
CREATE TABLE casework_follow (
    id      BIGINT PRIMARY KEY,
    whole   BIGINT NOT NULL,
    child   BIGINT NOT NULL,
    unit    BIGINT NOT NULL,
    due     TEXT NOT NULL,
    duty    BIGINT NOT NULL,
    state   TEXT NOT NULL,                  -- open | done | ended
    done    BIGINT NOT NULL,
    done_by TEXT NOT NULL,
    worry   BIGINT NOT NULL,                -- 1 = something needs attention
    sealed  BYTEA NOT NULL                  -- words
);
CREATE INDEX casework_follow_whole ON casework_follow (whole, id);
