-- +goose Up
-- A unit 「单位」: whoever can own a duty, or a group word for several of them.
CREATE TABLE org_unit (
    id         BIGINT PRIMARY KEY,
    code       TEXT NOT NULL,              -- id of the unit in the county's pack; empty for one added by hand
    name       TEXT NOT NULL,              -- full official name
    short_name TEXT NOT NULL,              -- how the county's papers call it
    kind       TEXT NOT NULL,              -- word of rule.UnitKind
    superior   BIGINT NOT NULL,            -- unit above in the order of authority 「隶属」; 0 for the highest
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,              -- first nine digits, from townships downwards
    county     TEXT NOT NULL,              -- first six digits, from counties downwards
    office     BIGINT NOT NULL,            -- 1 = runs the standing office 「未保办」 of the lead body for its region
    covers     TEXT NOT NULL,              -- ids of the national short forms it answers to, separated by blanks
    members    TEXT NOT NULL,              -- JSON of a group: whom the word means; empty for a single unit
    status     TEXT NOT NULL,              -- active, gone
    successor  BIGINT NOT NULL,            -- unit in place of one that is gone
    source     TEXT NOT NULL,              -- pack, region, local
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL,
    search     TEXT NOT NULL               -- folded names and aliases, initials and pinyin
);
CREATE UNIQUE INDEX org_unit_code ON org_unit (code) WHERE code <> '';
CREATE INDEX org_unit_region ON org_unit (region, id);
CREATE INDEX org_unit_county ON org_unit (county, region, id);
CREATE INDEX org_unit_superior ON org_unit (superior, id);

-- A further spelling of a unit's name.
CREATE TABLE org_alias (
    unit   BIGINT NOT NULL,
    folded TEXT NOT NULL,
    alias  TEXT NOT NULL,
    PRIMARY KEY (unit, folded)
);

-- What happened to a unit, and on the authority of which document.
CREATE TABLE org_change (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,              -- add, rename, edit, merge
    unit       BIGINT NOT NULL,
    other      BIGINT NOT NULL,            -- the unit merged into
    old_name   TEXT NOT NULL,
    new_name   TEXT NOT NULL,
    on_date    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    document   TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
CREATE INDEX org_change_unit ON org_change (unit, id);
CREATE INDEX org_change_other ON org_change (other, id);

-- A member of the leading group 「领导小组成员」, with an account or by name alone.
CREATE TABLE org_member (
    id         BIGINT PRIMARY KEY,
    body       BIGINT NOT NULL,            -- the leading group, a unit
    rank       TEXT NOT NULL,              -- head 组长, deputy 副组长, member 成员
    place      BIGINT NOT NULL,            -- order within the rank
    name       TEXT NOT NULL,
    title      TEXT NOT NULL,              -- 职务
    unit       BIGINT NOT NULL,            -- for which he sits there; 0 for none
    holder     BIGINT NOT NULL,            -- account; 0 for none
    valid_from TEXT NOT NULL,
    valid_to   TEXT NOT NULL               -- last day; empty while he sits
);
CREATE INDEX org_member_body ON org_member (body, rank, place, id);
CREATE INDEX org_member_unit ON org_member (unit, id);

-- The county's pack for which the installation was set up.
CREATE TABLE org_county (
    region TEXT PRIMARY KEY,
    name   TEXT NOT NULL,                  -- folder of the pack
    title  TEXT NOT NULL,
    tier   TEXT NOT NULL,
    at     BIGINT NOT NULL
);
