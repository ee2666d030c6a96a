-- +goose Up
-- The running number of papers of one kind in a county and year, e.g. 转介〔2026〕12号.
CREATE TABLE casework_serial (
    county TEXT NOT NULL,
    year   BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    n      BIGINT NOT NULL,                 -- the last one given
    PRIMARY KEY (county, year, kind)
);

-- Work on a report, a case or a child that is sent to a unit 「转介、交办」. Where it stands is asked of its duty.
CREATE TABLE casework_referral (
    id         BIGINT PRIMARY KEY,
    number     TEXT NOT NULL,
    subject    TEXT NOT NULL,               -- what it is about: child | case | report
    subject_id BIGINT NOT NULL,
    child      BIGINT NOT NULL,             -- 0 = not known
    topic      TEXT NOT NULL,               -- id of the rule on what is asked
    unit       BIGINT NOT NULL,             -- the unit that sent it
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    clock      TEXT NOT NULL,               -- id of the rule on its time limit
    secret     BIGINT NOT NULL,             -- 1 = beside the units addressed only insiders of the subject read it
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    duty       BIGINT NOT NULL,             -- of the lead unit
    sealed     BYTEA NOT NULL               -- JSON of referral.Paper: what is asked and the data that go along, group casework_referral/<id>
);
CREATE UNIQUE INDEX casework_referral_number ON casework_referral (county, number);
CREATE INDEX casework_referral_subject ON casework_referral (subject, subject_id, id);
CREATE INDEX casework_referral_child ON casework_referral (child, id) WHERE child > 0;
CREATE INDEX casework_referral_unit ON casework_referral (unit, id);
CREATE INDEX casework_referral_county ON casework_referral (county, id);
CREATE INDEX casework_referral_duty ON casework_referral (duty);

-- What a unit says of its part of a referral: progress, or the reply that is checked.
CREATE TABLE casework_reply (
    id           BIGINT PRIMARY KEY,
    referral     BIGINT NOT NULL,
    duty         BIGINT NOT NULL,
    unit         BIGINT NOT NULL,
    kind         TEXT NOT NULL,             -- progress | reply
    outcome      TEXT NOT NULL,             -- of a reply: done | partly | declined | unable
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    sealed       BYTEA NOT NULL,            -- JSON of referral.Words, group casework_referral/<referral>
    state        TEXT NOT NULL,             -- noted | sent | accepted | back
    check_duty   BIGINT NOT NULL,
    checked      BIGINT NOT NULL,
    checked_by   BIGINT NOT NULL,
    checked_name TEXT NOT NULL,
    answer       BYTEA NOT NULL             -- sealed words of the check
);
CREATE INDEX casework_reply_referral ON casework_reply (referral, id);
CREATE UNIQUE INDEX casework_reply_sent ON casework_reply (duty) WHERE state = 'sent';
