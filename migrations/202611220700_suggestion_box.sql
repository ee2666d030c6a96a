-- +goose Up
-- 意见建议: what a user asks of the product or complains of (国办函〔2026〕12号). Rows are never deleted.
CREATE TABLE suggestion (
    id            BIGINT PRIMARY KEY,
    kind          TEXT NOT NULL,             -- advice | complaint
    words         TEXT NOT NULL,
    at            BIGINT NOT NULL,
    author        BIGINT NOT NULL,           -- who may read the answer; the office does not see it
    author_name   TEXT NOT NULL,             -- '' = asked not to be named
    author_unit   TEXT NOT NULL,             -- '' = asked not to be named
    region        TEXT NOT NULL,
    town          TEXT NOT NULL,             -- first nine digits of region, '' above townships
    county        TEXT NOT NULL,             -- first six digits of region, '' above counties
    unit          BIGINT NOT NULL,           -- office that answers
    duty          BIGINT NOT NULL,           -- duty of the office to answer
    answer        TEXT NOT NULL,
    answered      BIGINT NOT NULL,           -- 0 = not yet
    answered_by   BIGINT NOT NULL,
    answered_name TEXT NOT NULL
);
CREATE INDEX suggestion_author ON suggestion (author, id);
CREATE INDEX suggestion_county ON suggestion (county, id);
CREATE INDEX suggestion_town ON suggestion (town, id);
CREATE INDEX suggestion_waiting ON suggestion (county, id) WHERE answered = 0;
