-- +goose Up
-- A screening of all children of a place, or of those of some categories, by a form of the rules.
CREATE TABLE screening (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,
    form       TEXT NOT NULL,               -- id of the pattern among the rules
    asof       TEXT NOT NULL,               -- day as of which the pattern is read
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    unit       BIGINT NOT NULL,             -- who began it
    begins     TEXT NOT NULL,
    due        TEXT NOT NULL,
    state      TEXT NOT NULL,               -- open | closed
    begun      BIGINT NOT NULL,
    begun_by   BIGINT NOT NULL,
    begun_name TEXT NOT NULL,
    closed     BIGINT NOT NULL              -- 0 = open
);
CREATE INDEX screening_county ON screening (county, id);

-- What one village has to do in a campaign, and its kept numbers. Who lives there is read from the files.
CREATE TABLE screening_village (
    campaign      BIGINT NOT NULL,
    region        TEXT NOT NULL,
    town          TEXT NOT NULL,
    county        TEXT NOT NULL,
    unit          BIGINT NOT NULL,          -- who does it
    duty          BIGINT NOT NULL,          -- the duty to finish; 0 = the campaign was closed before
    expected      BIGINT NOT NULL,          -- how many children another source names; -1 = nobody said
    source        TEXT NOT NULL,            -- that source: 户籍底数, 学籍 …
    same          BIGINT NOT NULL,          -- children who live there now, by what was found
    changed       BIGINT NOT NULL,
    found         BIGINT NOT NULL,
    absent        BIGINT NOT NULL,          -- not met, with a reason
    gone          BIGINT NOT NULL,          -- of these, said to have moved away
    leads         BIGINT NOT NULL,          -- whose answers lead to an assessment
    finished      BIGINT NOT NULL,          -- 0 = not yet
    finished_by   BIGINT NOT NULL,
    finished_name TEXT NOT NULL,
    finished_unit BIGINT NOT NULL,
    known         BIGINT NOT NULL,          -- children known when it finished
    zero          BIGINT NOT NULL,          -- 1 = a zero report
    words         TEXT NOT NULL,            -- why the numbers differ; no personal data
    PRIMARY KEY (campaign, region)
);
CREATE INDEX screening_village_region ON screening_village (region, campaign);

-- What was found of one child in one campaign. It counts where the child lives now.
CREATE TABLE screening_answer (
    id       BIGINT PRIMARY KEY,
    campaign BIGINT NOT NULL,
    child    BIGINT NOT NULL,
    region   TEXT NOT NULL,                 -- of the village in whose numbers it counts
    town     TEXT NOT NULL,
    county   TEXT NOT NULL,
    unit     BIGINT NOT NULL,               -- the child's school, as child.unit
    counted  BIGINT NOT NULL,               -- 0 = the file was closed, the child grew up or left the categories asked about
    outcome  TEXT NOT NULL,                 -- same | changed | found | absent
    reason   TEXT NOT NULL,                 -- of absent: a key of screening.Reasons
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    lead     BIGINT NOT NULL,               -- 1 = leads to an assessment
    duty     BIGINT NOT NULL,               -- the duty to assess; 0 = none, or an earlier one stands
    assessed BIGINT NOT NULL,               -- when that was done
    proposed TEXT NOT NULL,                 -- ids of categories that the answers suggest, between blanks
    sealed   BYTEA NOT NULL                 -- JSON of screening.Paper, group child/<id>
);
CREATE UNIQUE INDEX screening_answer_child ON screening_answer (child, campaign);
CREATE INDEX screening_answer_region ON screening_answer (campaign, region, id) WHERE counted = 1;

-- What happened to a campaign or a village in it.
CREATE TABLE screening_event (
    id         BIGINT PRIMARY KEY,
    campaign   BIGINT NOT NULL,
    region     TEXT NOT NULL,               -- '' = the whole campaign
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    action     TEXT NOT NULL,
    words      TEXT NOT NULL
);
CREATE INDEX screening_event_campaign ON screening_event (campaign, region, id);
