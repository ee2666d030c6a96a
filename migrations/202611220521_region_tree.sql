-- +goose Up
-- A division 「行政区划」 by its 12-digit code. Codes that are no longer in force stay, with the code that took their place.
CREATE TABLE region (
    code       TEXT PRIMARY KEY,
    name       TEXT NOT NULL,              -- as published: 官塘村村民委员会
    short_name TEXT NOT NULL,              -- as people say it: 官塘村
    level      BIGINT NOT NULL,            -- 1 province, 2 prefecture, 3 county, 4 township, 5 village
    parent     TEXT NOT NULL,              -- code of the division above; empty for a province
    kind       TEXT NOT NULL,              -- street, town, rural, like_town, community, village, like_village; above these the level's word
    status     TEXT NOT NULL,              -- active, gone
    successor  TEXT NOT NULL,              -- of a division that is gone: the code in its place
    valid_from TEXT NOT NULL,              -- empty where the source does not say
    valid_to   TEXT NOT NULL,
    source     TEXT NOT NULL,              -- national, local, invented (demos)
    town       TEXT NOT NULL,              -- first nine digits, from townships downwards
    county     TEXT NOT NULL,              -- first six digits, from counties downwards
    search     TEXT NOT NULL               -- folded name, initials and pinyin
);
CREATE INDEX region_parent ON region (parent, code);
CREATE INDEX region_county ON region (county, code);
CREATE INDEX region_successor ON region (successor);

-- What happened to a division, and on the authority of which document.
CREATE TABLE region_change (
    id         BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT NOT NULL,              -- add, rename, merge, split, move, recode, abolish
    code       TEXT NOT NULL,
    other      TEXT NOT NULL,              -- the code merged into, split from, moved or recoded to
    old_name   TEXT NOT NULL,
    new_name   TEXT NOT NULL,
    on_date    TEXT NOT NULL,              -- when it took effect
    reason     TEXT NOT NULL,
    document   TEXT NOT NULL,
    actor_name TEXT NOT NULL
);
CREATE INDEX region_change_code ON region_change (code, id);
CREATE INDEX region_change_other ON region_change (other, id);
