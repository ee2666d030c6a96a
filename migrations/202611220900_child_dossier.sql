-- +goose Up
-- One file of a child 「一人一档」: what lists need stands here in clear (class work), everything private is sealed in child_dossier.
CREATE TABLE child (
    id          BIGINT PRIMARY KEY,
    name        TEXT NOT NULL,              -- '' = not known
    sex         TEXT NOT NULL,              -- GB/T 2261.1
    birth       TEXT NOT NULL,              -- '' = not known
    guessed     BIGINT NOT NULL,            -- 1 = the birth date is an estimate
    region      TEXT NOT NULL,              -- place of residence 「居住地」: whose list the child stands on
    town        TEXT NOT NULL,              -- first nine digits of region
    county      TEXT NOT NULL,              -- first six digits of region
    unit        BIGINT NOT NULL,            -- the school's unit; 0 = none: its pupils are what a school sees
    school      TEXT NOT NULL,
    grade       TEXT NOT NULL,
    level       BIGINT NOT NULL,            -- risk 1 lowest to 4 highest; 0 = not assessed
    leveled     TEXT NOT NULL,              -- day since which that level holds
    due         TEXT NOT NULL,              -- day by which something must next be done for the child; '9999-12-31' = nothing
    screened    TEXT NOT NULL,              -- day of the last screening
    categories  TEXT NOT NULL,              -- ids of the open categories between blanks, as child_category has them
    band        BIGINT NOT NULL,            -- age band of the numbers, as of the last turn
    turns       TEXT NOT NULL,              -- day on which the band changes next
    state       TEXT NOT NULL,              -- open | closed
    ended       TEXT NOT NULL,              -- why it was closed
    successor   BIGINT NOT NULL,            -- the file into which it was merged; 0 = none
    source      TEXT NOT NULL,              -- form | import:<id> | screening:<id> | report:<id> | demo
    version     BIGINT NOT NULL,            -- grows with every change
    created     BIGINT NOT NULL,
    created_by  BIGINT NOT NULL,
    changed     BIGINT NOT NULL
);
-- Pages of a ledger run by level, then due: a page without a level joins the five of them.
CREATE INDEX child_town ON child (town, level, due, id) WHERE state = 'open';
CREATE INDEX child_county ON child (county, level, due, id) WHERE state = 'open';
CREATE INDEX child_region ON child (region, level, due, id) WHERE state = 'open';
CREATE INDEX child_unit ON child (unit, due, id) WHERE unit > 0 AND state = 'open';
CREATE INDEX child_turns ON child (turns, id) WHERE state = 'open' AND turns <> '';

-- The private part of the file, one sealed document a child.
CREATE TABLE child_dossier (
    child  BIGINT PRIMARY KEY,
    sealed BYTEA NOT NULL                   -- JSON of child.Dossier, group child/<id>
);

-- A group to which a child belongs for a time; those that hold carry the child's place and order, so that a ledger of one category is one index.
CREATE TABLE child_category (
    id       BIGINT PRIMARY KEY,
    child    BIGINT NOT NULL,
    category TEXT NOT NULL,                 -- id of the rule
    started  TEXT NOT NULL,
    ended    TEXT NOT NULL,                 -- '' = it holds
    source   TEXT NOT NULL,                 -- form | rule | import:<id> | screening:<id>
    evidence BYTEA NOT NULL,                -- sealed words on what it rests, group child/<id>
    added_by BIGINT NOT NULL,
    ended_by BIGINT NOT NULL,
    reason   TEXT NOT NULL,                 -- why it ended: an id of the reasons, never free words
    region   TEXT NOT NULL,
    town     TEXT NOT NULL,
    county   TEXT NOT NULL,
    level    BIGINT NOT NULL,
    due      TEXT NOT NULL
);
CREATE UNIQUE INDEX child_category_open ON child_category (child, category) WHERE ended = '';
CREATE INDEX child_category_past ON child_category (child) WHERE ended <> '';
CREATE INDEX child_category_town ON child_category (category, town, level, due, child) WHERE ended = '';
CREATE INDEX child_category_county ON child_category (category, county, level, due, child) WHERE ended = '';

-- What a name is found by, from its beginning: the name, its later parts, its initials, its pinyin. Bytes, so that both databases order alike.
CREATE TABLE child_gram (
    town  TEXT NOT NULL,
    gram  BYTEA NOT NULL,
    child BIGINT NOT NULL,
    PRIMARY KEY (town, gram, child)
) WITHOUT ROWID;

-- Blind indexes of identity numbers and phones: one entry finds a value in whole, and by its last four.
CREATE TABLE child_key (
    digest BIGINT NOT NULL,                 -- upper bits: of the last four; lower 36 bits: of the whole value, its kind mixed in
    child  BIGINT NOT NULL,
    PRIMARY KEY (digest, child)
) WITHOUT ROWID;

-- What was changed in a file, by whom and why, with the values before and after.
CREATE TABLE child_change (
    id         BIGINT PRIMARY KEY,
    child      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    action     TEXT NOT NULL,               -- permission word
    fields     TEXT NOT NULL,               -- keys of the fields, between blanks
    sealed     BYTEA NOT NULL,              -- JSON of the values before and after, group child/<id>
    reason     BYTEA NOT NULL               -- sealed
);
CREATE INDEX child_change_child ON child_change (child, id);

-- Who looked at what is private in a file 「查看留痕」 (未成年人网络保护条例 36).
CREATE TABLE child_reveal (
    id         BIGINT PRIMARY KEY,
    child      BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    unit_name  TEXT NOT NULL,
    post       BIGINT NOT NULL,             -- the granted post on which the right rests
    class      TEXT NOT NULL,               -- private | secret
    purpose    TEXT NOT NULL                -- word of the list of purposes
);
CREATE INDEX child_reveal_child ON child_reveal (child, id);
CREATE INDEX child_reveal_actor ON child_reveal (actor, id);

-- Kept numbers: open files by place, category, level, sex and age band.
CREATE TABLE child_count (
    region   TEXT NOT NULL,                 -- village, township or county in twelve digits
    category TEXT NOT NULL,                 -- '' = all children, each once
    level    BIGINT NOT NULL,
    sex      TEXT NOT NULL,
    band     BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (region, category, level, sex, band)
) WITHOUT ROWID;
