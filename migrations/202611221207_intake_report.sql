-- +goose Up
-- A report 「报告、线索」 from its first second to the answer. Nothing here tells from where or with what it was sent.
CREATE TABLE intake_report (
    id            BIGINT PRIMARY KEY,
    number        TEXT NOT NULL,             -- by which the office calls it; tells nothing of the receipt
    channel       TEXT NOT NULL,             -- id of a rule of kind channels
    situation     TEXT NOT NULL,             -- id of a rule of kind situations; "" = not told
    codes         TEXT NOT NULL,             -- situations of mandatory reporting, joined by commas
    danger        BIGINT NOT NULL,           -- 1 = somebody is in danger now, says the reporter
    urgency       TEXT NOT NULL,             -- emergency | urgent | ordinary
    state         TEXT NOT NULL,             -- received | accepted | decided | closed | rejected | merged
    region        TEXT NOT NULL,             -- where it happened, or the county
    town          TEXT NOT NULL,
    county        TEXT NOT NULL,
    unit          BIGINT NOT NULL,           -- the office, or with raised the unit above it
    raised        BIGINT NOT NULL,           -- 1 = about somebody of the office's own level: seen by leaders and the unit alone
    mandatory     BIGINT NOT NULL,           -- 1 = by a person or unit under duty
    named         BIGINT NOT NULL,           -- 1 = the reporter told who he is
    by_user       BIGINT NOT NULL,           -- who wrote it down for the reporter; 0 = the reporter himself
    by_unit       BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    accepted      BIGINT NOT NULL,
    accepted_name TEXT NOT NULL,
    acted         BIGINT NOT NULL,           -- first action for the child; 0 = none told
    decided       BIGINT NOT NULL,
    answered      BIGINT NOT NULL,           -- first answer to the reporter
    closed        BIGINT NOT NULL,
    closed_name   TEXT NOT NULL,
    lead          BIGINT NOT NULL,           -- unit that the decision named; 0 = none
    merged        BIGINT NOT NULL,           -- the report into which it was merged; 0 = none
    child         BIGINT NOT NULL,           -- the file that a person found; 0 = none
    waiting       BIGINT NOT NULL,           -- messages of the reporter that nobody has answered
    duty          BIGINT NOT NULL,           -- the open duty on it; 0 = none
    reply         BIGINT NOT NULL,           -- the open duty to answer what the reporter added; 0 = none
    receipt       BYTEA NOT NULL,            -- keyed hash of the 16 digits
    sealed        BYTEA NOT NULL             -- JSON of intake.Telling, group intake_report/<id>
);
CREATE UNIQUE INDEX intake_report_receipt ON intake_report (receipt);
CREATE INDEX intake_report_county ON intake_report (county, id);
CREATE INDEX intake_report_open ON intake_report (county, urgency, id) WHERE state IN ('received', 'accepted', 'decided');
CREATE INDEX intake_report_merged ON intake_report (merged) WHERE merged > 0;
CREATE INDEX intake_report_child ON intake_report (child) WHERE child > 0;
CREATE INDEX intake_report_by ON intake_report (by_user, id) WHERE by_user > 0;

-- The key of a request, so that one sent again makes no second report.
CREATE TABLE intake_key (
    key     BYTEA PRIMARY KEY,               -- keyed hash of Idempotency-Key
    body    BYTEA NOT NULL,                  -- keyed hash of what was sent with it
    report  BIGINT NOT NULL,
    draw    BIGINT NOT NULL,                 -- how often the receipt was drawn until it was free
    at      BIGINT NOT NULL,
    repeats BIGINT NOT NULL                  -- each repeat is a durable write of its own
);

-- Who told us, apart from what he told: opened by request and a second person alone.
CREATE TABLE intake_reporter (
    report BIGINT PRIMARY KEY,
    phone  BYTEA NOT NULL,                   -- blind index, for the desk to know who calls again; empty = none
    sealed BYTEA NOT NULL                    -- JSON of intake.Reporter, group intake_reporter/<report>
);
CREATE INDEX intake_reporter_phone ON intake_reporter (phone);

-- What passes between the office and the reporter.
CREATE TABLE intake_message (
    id      BIGINT PRIMARY KEY,
    report  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    side    TEXT NOT NULL,                   -- reporter | office
    kind    TEXT NOT NULL,                   -- say | ask | answer | notice; note = for the office alone
    by_user BIGINT NOT NULL,                 -- 0 = the reporter
    by_name TEXT NOT NULL,
    sealed  BYTEA NOT NULL                   -- text, group of the report
);
CREATE INDEX intake_message_report ON intake_message (report, id);

-- A decision on a report 「研判」, the latest holds.
CREATE TABLE intake_decision (
    id        BIGINT PRIMARY KEY,
    report    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    by_user   BIGINT NOT NULL,
    by_name   TEXT NOT NULL,
    situation TEXT NOT NULL,
    urgency   TEXT NOT NULL,
    lead      BIGINT NOT NULL,
    support   TEXT NOT NULL,                 -- JSON list of units
    place     TEXT NOT NULL,                 -- rule of place
    region    TEXT NOT NULL,                 -- the place by that rule
    route     TEXT NOT NULL,                 -- id of the rule; "" = decided otherwise
    answers   TEXT NOT NULL,                 -- JSON of the questions of triage and their answers
    sealed    BYTEA NOT NULL                 -- words, group of the report
);
CREATE INDEX intake_decision_report ON intake_decision (report, id);

-- Who looked at what was told.
CREATE TABLE intake_look (
    id      BIGINT PRIMARY KEY,
    report  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    what    TEXT NOT NULL                    -- report | reporter
);
CREATE INDEX intake_look_report ON intake_look (report, id);

-- Whom a report is hidden from, because it concerns him or his kin 「回避、屏蔽」.
CREATE TABLE intake_shield (
    report  BIGINT NOT NULL,
    holder  BIGINT NOT NULL,                 -- account
    by_user BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (report, holder)
);

-- A request to learn who the reporter is 「查看报告人身份」.
CREATE TABLE intake_request (
    id           BIGINT PRIMARY KEY,
    report       BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    reason       BYTEA NOT NULL,             -- sealed, group of the report
    state        TEXT NOT NULL,              -- asked | granted | refused
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    until        BIGINT NOT NULL,            -- until when a granted one may be used
    duty         BIGINT NOT NULL
);
CREATE INDEX intake_request_report ON intake_request (report, id);

-- What somebody at the desk is typing, so that a crash loses two seconds at most.
CREATE TABLE intake_draft (
    holder BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    sealed BYTEA NOT NULL                    -- the form, group intake_draft/<holder>
);

-- A work order of a hotline 「12345、12355工单」 that became a report.
CREATE TABLE intake_order (
    id       BIGINT PRIMARY KEY,
    channel  TEXT NOT NULL,
    outside  BYTEA NOT NULL,                 -- blind index of the hotline's own number
    report   BIGINT NOT NULL,
    due      BIGINT NOT NULL,                -- the hotline's own limit; 0 = none
    returned BIGINT NOT NULL,                -- 1 = sent back with a reason
    sent     BIGINT NOT NULL,                -- when the result was last exported; 0 = never
    sealed   BYTEA NOT NULL                  -- the hotline's number, group of the report
);
CREATE UNIQUE INDEX intake_order_outside ON intake_order (channel, outside);
CREATE INDEX intake_order_report ON intake_order (report);
