-- +goose Up
-- What one person asks about a file and a second one decides 「申请更正、转出、转入、结案、到龄退出」.
CREATE TABLE child_request (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL,             -- correct | move_out | move_in | close | age_out
    child        BIGINT NOT NULL,
    detail       TEXT NOT NULL,             -- category of an age_out ('' = the file), reason of a close; never free words
    parts        TEXT NOT NULL,             -- keys of the parts to be corrected, between blanks
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    by_unit      BIGINT NOT NULL,
    sealed       BYTEA NOT NULL,            -- JSON of what is asked and why, group child/<id>
    unit         BIGINT NOT NULL,           -- place of the file when it was asked
    region       TEXT NOT NULL,
    town         TEXT NOT NULL,
    county       TEXT NOT NULL,
    to_unit      BIGINT NOT NULL,           -- always 0: a move names a place
    to_region    TEXT NOT NULL,             -- where the file is to go within the installation; '' = outside it or no move
    to_town      TEXT NOT NULL,
    to_county    TEXT NOT NULL,
    state        TEXT NOT NULL,             -- asked | sent (waits for the acknowledgement from outside) | granted | refused | withdrawn
    decider      BIGINT NOT NULL,           -- the unit that decides
    duty         BIGINT NOT NULL,           -- its duty
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    answer       BYTEA NOT NULL             -- sealed words of the decision, group child/<id>
);
CREATE UNIQUE INDEX child_request_open ON child_request (child, kind, detail) WHERE state IN ('asked', 'sent');
CREATE INDEX child_request_child ON child_request (child, id);
CREATE INDEX child_request_town ON child_request (town, id) WHERE state IN ('asked', 'sent');
CREATE INDEX child_request_county ON child_request (county, id) WHERE state IN ('asked', 'sent');
CREATE INDEX child_request_to ON child_request (to_county, id) WHERE state IN ('asked', 'sent') AND to_region <> '';
