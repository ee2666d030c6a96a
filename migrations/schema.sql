-- The schema after all steps, as SQLite keeps it; written by `make schema`, never by hand.

CREATE TABLE assessment (
    id           INTEGER PRIMARY KEY,
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
CREATE INDEX assessment_county ON assessment (county, id) WHERE state = 'proposed';
CREATE INDEX assessment_town ON assessment (town, id) WHERE state = 'proposed';

CREATE TABLE assessment_care (
    id      INTEGER PRIMARY KEY,
    child   BIGINT NOT NULL,
    kind    TEXT NOT NULL,                   -- visit, contact, reassess …: rule.CareKind
    terms   TEXT NOT NULL,                   -- the care as the matrix had it, to see whether it changed
    duty    BIGINT NOT NULL,
    due     TEXT NOT NULL,
    state   TEXT NOT NULL,                   -- open | done | ended
    opened  BIGINT NOT NULL,
    closed  BIGINT NOT NULL
, apart BIGINT NOT NULL DEFAULT 0, united BIGINT NOT NULL DEFAULT 0);
CREATE INDEX assessment_care_apart ON assessment_care (apart, id) WHERE apart > 0;
CREATE INDEX assessment_care_child ON assessment_care (child, id);
CREATE INDEX assessment_care_duty ON assessment_care (duty);
CREATE UNIQUE INDEX assessment_care_open ON assessment_care (child, kind, apart) WHERE state = 'open';
CREATE INDEX assessment_care_step ON assessment_care (kind, due, child) WHERE state = 'open' AND apart = 0;
CREATE INDEX assessment_care_united ON assessment_care (united) WHERE united > 0;

CREATE TABLE assessment_entry (
    id         INTEGER PRIMARY KEY,
    list       TEXT NOT NULL,               -- special.Kind
    child      BIGINT NOT NULL,             -- the file that stands for the child now
    origin     BIGINT NOT NULL,             -- the file on which it was entered, should the two be parted again
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    unit       BIGINT NOT NULL,             -- 0: no school sees it
    started    TEXT NOT NULL,
    ended      TEXT NOT NULL,               -- '' = it holds
    reason     TEXT NOT NULL,               -- why it ended: a key of special.Endings
    sealed     BYTEA NOT NULL,              -- on what it rests, group child/<origin>
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    by_unit    BIGINT NOT NULL,
    ended_by   BIGINT NOT NULL,
    ended_name TEXT NOT NULL
);
CREATE INDEX assessment_entry_child ON assessment_entry (child, id);
CREATE INDEX assessment_entry_county ON assessment_entry (list, county, id) WHERE ended = '';
CREATE UNIQUE INDEX assessment_entry_origin ON assessment_entry (origin, list) WHERE ended = '';
CREATE INDEX assessment_entry_town ON assessment_entry (list, town, id) WHERE ended = '';

CREATE TABLE assessment_proof (
    id       INTEGER PRIMARY KEY,
    child    BIGINT NOT NULL,
    origin   BIGINT NOT NULL,               -- as of assessment_entry
    list     TEXT NOT NULL,
    proof    TEXT NOT NULL,                 -- id among the proofs of the list
    day      TEXT NOT NULL,                 -- of the paper
    until    TEXT NOT NULL,                 -- last day on which it proves; '' = no end
    sealed   BYTEA NOT NULL,                -- number, who issued it, where it is kept; group child/<origin>
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    dropped  BIGINT NOT NULL                -- when it turned out not to prove; 0 = it does
, lapsed BIGINT NOT NULL DEFAULT 0);
CREATE INDEX assessment_proof_child ON assessment_proof (child, id);
CREATE INDEX assessment_proof_lapse ON assessment_proof (until) WHERE lapsed = 0 AND dropped = 0 AND until <> '';
CREATE INDEX assessment_proof_origin ON assessment_proof (origin);

CREATE TABLE assessment_record (
    id       INTEGER PRIMARY KEY,
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

CREATE TABLE assessment_step (
    id       INTEGER PRIMARY KEY,
    child    BIGINT NOT NULL,
    origin   BIGINT NOT NULL,
    entry    BIGINT NOT NULL,               -- of a secret list; 0 = an ordinary one
    list     TEXT NOT NULL,
    step     TEXT NOT NULL,
    day      TEXT NOT NULL,
    at       BIGINT NOT NULL,
    by_user  BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    by_unit  BIGINT NOT NULL,
    duty     BIGINT NOT NULL,               -- that it fulfilled; 0 = none was open
    sealed   BYTEA NOT NULL                 -- words, group child/<origin>
);
CREATE INDEX assessment_step_child ON assessment_step (child, id);
CREATE INDEX assessment_step_origin ON assessment_step (origin);

CREATE TABLE audit_block (
    id       INTEGER PRIMARY KEY,           -- 1, 2, 3 … without a gap
    at       BIGINT NOT NULL,
    entries  BIGINT NOT NULL,              -- entries in this block
    total    BIGINT NOT NULL,              -- entries in all blocks up to this one
    previous BYTEA NOT NULL,               -- seal of the block before
    digest   BYTEA NOT NULL,               -- SM3 over the entries, in order of id
    key_id   TEXT NOT NULL,                -- which audit key made the seal
    seal     BYTEA NOT NULL                -- keyed, over all columns above
);

CREATE TABLE audit_entry (
    id         INTEGER PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,            -- user id; 1 is the program
    actor_name TEXT NOT NULL,              -- copied in: the journal outlives accounts
    unit       BIGINT NOT NULL,            -- unit of the post under which the actor worked
    role       TEXT NOT NULL,
    action     TEXT NOT NULL,              -- permission word, e.g. plan.issue
    subject    TEXT NOT NULL,              -- kind of thing, e.g. duty
    subject_id BIGINT NOT NULL,
    detail     TEXT NOT NULL,              -- JSON; refs, fields and words of rules, never personal data in clear
    block      BIGINT NOT NULL DEFAULT 0   -- the block that sealed the entry; 0 = not yet
);
CREATE INDEX audit_entry_actor ON audit_entry (actor, id) WHERE block > 0;
CREATE INDEX audit_entry_block ON audit_entry (block, id);
CREATE INDEX audit_entry_subject ON audit_entry (subject, subject_id, id) WHERE block > 0;

CREATE TABLE auth_factor (
    holder    INTEGER PRIMARY KEY,
    secret    BYTEA NOT NULL,              -- sealed by the vault, group user/<id>
    confirmed BIGINT NOT NULL,             -- 0: offered and not yet confirmed by a code
    last_step BIGINT NOT NULL              -- step of the last code taken: a code works once
);

CREATE TABLE auth_failure (
    subject BYTEA PRIMARY KEY,
    tries   BIGINT NOT NULL,
    latest  BIGINT NOT NULL,
    until   BIGINT NOT NULL                -- locked until
);

CREATE TABLE auth_password (
    id        INTEGER PRIMARY KEY,
    holder    BIGINT NOT NULL,
    hash      TEXT NOT NULL,               -- argon2id in PHC form
    made      BIGINT NOT NULL,
    temporary BIGINT NOT NULL              -- 1: given out by somebody else, must be changed at login
);
CREATE INDEX auth_password_holder ON auth_password (holder, id);

CREATE TABLE auth_post (
    id           INTEGER PRIMARY KEY,
    holder       BIGINT NOT NULL,
    unit         BIGINT NOT NULL,
    region       TEXT NOT NULL,            -- 12 digits
    role         TEXT NOT NULL,
    starts       TEXT NOT NULL,            -- first day
    ends         TEXT NOT NULL,            -- last day, '' = open
    state        TEXT NOT NULL,            -- requested, granted, refused, ended
    requested_by BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    granted_by   BIGINT NOT NULL,          -- who granted or refused; 0 = nobody yet
    granted_at   BIGINT NOT NULL,
    ended_by     BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    reason       TEXT NOT NULL,            -- of refusing or ending
    stamp        TEXT NOT NULL             -- keyed over all columns above: an edited row does not count
);
CREATE INDEX auth_post_holder ON auth_post (holder, id);
CREATE INDEX auth_post_region ON auth_post (region, role);
CREATE INDEX auth_post_requested ON auth_post (id) WHERE state = 'requested';
CREATE INDEX auth_post_unit ON auth_post (unit, role);

CREATE TABLE auth_recovery (
    digest BYTEA PRIMARY KEY,              -- keyed digest
    holder BIGINT NOT NULL,
    used   BIGINT NOT NULL
);
CREATE INDEX auth_recovery_holder ON auth_recovery (holder);

CREATE TABLE auth_session (
    digest  BYTEA PRIMARY KEY,             -- digest of the token in the cookie, so that a copy of the table opens nothing
    holder  BIGINT NOT NULL,
    stage   TEXT NOT NULL,                 -- code, change, enrol: login is not complete; full
    post    BIGINT NOT NULL,               -- post under which the person works; 0 = the first
    started BIGINT NOT NULL,               -- the absolute limit counts from here
    seen    BIGINT NOT NULL                -- last request, up to half a minute late
);
CREATE INDEX auth_session_holder ON auth_session (holder, started);

CREATE TABLE auth_user (
    id          INTEGER PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE,      -- lower case
    name        TEXT NOT NULL,
    phone       BYTEA NOT NULL,            -- sealed by the vault, group user/<id>
    phone_index BYTEA NOT NULL,            -- blind index of the phone; empty without one
    state       TEXT NOT NULL,             -- active, disabled
    activation  TEXT NOT NULL,             -- '' none; 'due' the next password needs a code from the security administrator; else that code's digest
    created     BIGINT NOT NULL,
    created_by  BIGINT NOT NULL
);
CREATE INDEX auth_user_phone ON auth_user (phone_index);

CREATE TABLE casework_case (
    id          INTEGER PRIMARY KEY,
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
CREATE INDEX casework_case_child ON casework_case (child, id);
CREATE INDEX casework_case_family ON casework_case (family) WHERE family > 0;
CREATE UNIQUE INDEX casework_case_number ON casework_case (county, number);
CREATE INDEX casework_case_origin ON casework_case (origin, origin_id) WHERE origin_id > 0;

CREATE TABLE casework_closing (
    id           INTEGER PRIMARY KEY,
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
CREATE UNIQUE INDEX casework_closing_open ON casework_closing (whole) WHERE state = 'proposed';
CREATE INDEX casework_closing_whole ON casework_closing (whole, id);

CREATE TABLE casework_conference (
    id      INTEGER PRIMARY KEY,
    whole   BIGINT NOT NULL,
    day     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    held    BIGINT NOT NULL,                -- when the minutes were entered; 0 = called
    sealed  BYTEA NOT NULL                  -- JSON of casework.Minutes
);
CREATE INDEX casework_conference_whole ON casework_conference (whole, id);

CREATE TABLE casework_contingency (
    id       INTEGER PRIMARY KEY,
    plan     TEXT NOT NULL,                 -- id of the rule
    reason   TEXT NOT NULL,                 -- the document or order by which it began; names nobody
    began    BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    ended    BIGINT NOT NULL,
    ended_by TEXT NOT NULL
, region TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX casework_contingency_open ON casework_contingency (region, plan) WHERE ended = 0;

CREATE TABLE casework_decision (
    id         INTEGER PRIMARY KEY,
    conference BIGINT NOT NULL,
    whole      BIGINT NOT NULL,
    unit       BIGINT NOT NULL,
    due        TEXT NOT NULL,
    duty       BIGINT NOT NULL,
    sealed     BYTEA NOT NULL,
    done       BIGINT NOT NULL,
    done_by    TEXT NOT NULL,
    result     BYTEA NOT NULL
, waived BIGINT NOT NULL DEFAULT 0);
CREATE INDEX casework_decision_whole ON casework_decision (whole, id);

CREATE TABLE casework_event (
    id      INTEGER PRIMARY KEY,
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
CREATE INDEX casework_event_kind ON casework_event (whole, kind, at);
CREATE INDEX casework_event_whole ON casework_event (whole, id);

CREATE TABLE casework_event_place (
    contingency BIGINT NOT NULL,
    region      TEXT NOT NULL,
    PRIMARY KEY (contingency, region)
);

CREATE TABLE casework_follow (
    id      INTEGER PRIMARY KEY,
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

CREATE TABLE casework_goal (
    id      INTEGER PRIMARY KEY,
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

CREATE TABLE casework_member (
    id      INTEGER PRIMARY KEY,
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

CREATE TABLE casework_referral (
    id         INTEGER PRIMARY KEY,
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
CREATE INDEX casework_referral_child ON casework_referral (child, id) WHERE child > 0;
CREATE INDEX casework_referral_county ON casework_referral (county, id);
CREATE INDEX casework_referral_duty ON casework_referral (duty);
CREATE UNIQUE INDEX casework_referral_number ON casework_referral (county, number);
CREATE INDEX casework_referral_subject ON casework_referral (subject, subject_id, id);
CREATE INDEX casework_referral_unit ON casework_referral (unit, id);

CREATE TABLE casework_reply (
    id           INTEGER PRIMARY KEY,
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

CREATE TABLE casework_roster (
    id      INTEGER PRIMARY KEY,
    county  TEXT NOT NULL,
    day     TEXT NOT NULL,
    name    TEXT NOT NULL,
    phone   TEXT NOT NULL,                  -- of the office
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL
, by_name TEXT NOT NULL DEFAULT '', ended BIGINT NOT NULL DEFAULT 0, ended_by TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX casework_roster_day ON casework_roster (county, day) WHERE ended = 0;
CREATE INDEX casework_roster_ended ON casework_roster (county, ended) WHERE ended > 0;

CREATE TABLE casework_run (
    id         INTEGER PRIMARY KEY,
    list       TEXT NOT NULL,               -- id of the rule
    label      TEXT NOT NULL,
    subject    TEXT NOT NULL,               -- case | report | child
    subject_id BIGINT NOT NULL,
    child      BIGINT NOT NULL,             -- 0 = not known
    unit       BIGINT NOT NULL,             -- which began it
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,
    county     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    sealed     BYTEA NOT NULL               -- what the units must know to act, group casework_run/<id>
);
CREATE INDEX casework_run_county ON casework_run (county, id);
CREATE INDEX casework_run_subject ON casework_run (subject, subject_id, id);
CREATE INDEX casework_run_unit ON casework_run (unit, id);

CREATE TABLE casework_serial (
    county TEXT NOT NULL,
    year   BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    n      BIGINT NOT NULL,                 -- the last one given
    PRIMARY KEY (county, year, kind)
);

CREATE TABLE casework_step (
    id      INTEGER PRIMARY KEY,
    run     BIGINT NOT NULL,
    step    TEXT NOT NULL,                  -- id of the rule's step
    label   TEXT NOT NULL,
    record  TEXT NOT NULL,                  -- kind of paper that proves it; '' = words
    unit    BIGINT NOT NULL,
    duty    BIGINT NOT NULL,                -- 0 = not asked for yet
    state   TEXT NOT NULL,                  -- spare | open | done | skipped
    done    BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    sealed  BYTEA NOT NULL                  -- JSON of emergency.Proof, or the reason for leaving it out
);
CREATE INDEX casework_step_run ON casework_step (run, id);

CREATE TABLE casework_touched (
    id          INTEGER PRIMARY KEY,
    contingency BIGINT NOT NULL,
    child       BIGINT NOT NULL,
    unit        BIGINT NOT NULL,                -- which is to reach it
    region      TEXT NOT NULL,
    town        TEXT NOT NULL,
    county      TEXT NOT NULL,
    state       TEXT NOT NULL,                  -- unheard | lost | safe | care | left
    run         BIGINT NOT NULL,                -- checklist that is worked off for it; 0 = none
    added       BIGINT NOT NULL,
    told        BIGINT NOT NULL,                -- instant of the last word about it; 0 = none yet
    by_name     TEXT NOT NULL,                  -- whose word that was
    sealed      BYTEA NOT NULL                  -- the word: where it is, with whom; group casework_contingency/<id>
);
CREATE UNIQUE INDEX casework_touched_child ON casework_touched (contingency, child);
CREATE INDEX casework_touched_unit ON casework_touched (contingency, unit, id);

CREATE TABLE child (
    id          INTEGER PRIMARY KEY,
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
, campaign BIGINT NOT NULL DEFAULT 0, waits TEXT NOT NULL DEFAULT '');
CREATE INDEX child_county ON child (county, level, due, id) WHERE state = 'open';
CREATE INDEX child_region ON child (region, level, due, id, campaign) WHERE state = 'open';
CREATE INDEX child_successor ON child (successor, id) WHERE successor > 0;
CREATE INDEX child_town ON child (town, level, due, id) WHERE state = 'open';
CREATE INDEX child_turns ON child (turns, id) WHERE state = 'open' AND turns <> '';
CREATE INDEX child_unit ON child (unit, due, id) WHERE unit > 0 AND state = 'open';

CREATE TABLE child_category (
    id       INTEGER PRIMARY KEY,
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
CREATE INDEX child_category_county ON child_category (category, county, level, due, child) WHERE ended = '';
CREATE UNIQUE INDEX child_category_open ON child_category (child, category) WHERE ended = '';
CREATE INDEX child_category_past ON child_category (child) WHERE ended <> '';
CREATE INDEX child_category_region ON child_category (category, region, level, due, child) WHERE ended = '';
CREATE INDEX child_category_town ON child_category (category, town, level, due, child) WHERE ended = '';

CREATE TABLE child_change (
    id         INTEGER PRIMARY KEY,
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

CREATE TABLE child_count (
    region   TEXT NOT NULL,                 -- village, township or county in twelve digits
    category TEXT NOT NULL,                 -- '' = all children, each once
    level    BIGINT NOT NULL,
    sex      TEXT NOT NULL,
    band     BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (region, category, level, sex, band)
) WITHOUT ROWID;

CREATE TABLE child_disclosure (
    id           INTEGER PRIMARY KEY,
    number       TEXT NOT NULL,             -- of the register and the watermark: day and serial
    ledger       TEXT NOT NULL,
    query        TEXT NOT NULL,             -- the view as an address writes it, with its columns
    total        BIGINT NOT NULL,           -- lines: when it was asked, then of the file
    unit         BIGINT NOT NULL,           -- always 0: the list is one of a place
    region       TEXT NOT NULL,
    town         TEXT NOT NULL,
    county       TEXT NOT NULL,
    reason       BYTEA NOT NULL,            -- sealed, group child_disclosure/<id>
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    by_unit      BIGINT NOT NULL,
    unit_name    TEXT NOT NULL,
    state        TEXT NOT NULL,             -- asked | granted | refused | withdrawn | expired
    decider      BIGINT NOT NULL,           -- the unit whose duty the decision is
    duty         BIGINT NOT NULL,
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    answer       BYTEA NOT NULL,            -- sealed
    file         BIGINT NOT NULL,           -- the encrypted workbook; 0 = none, or it has ended
    children     BYTEA NOT NULL,            -- whose files stand in it, eight bytes each
    expires      BIGINT NOT NULL,
    takes        BIGINT NOT NULL            -- how often it was downloaded
);
CREATE INDEX child_disclosure_county ON child_disclosure (county, id);
CREATE INDEX child_disclosure_expires ON child_disclosure (expires) WHERE state = 'granted';
CREATE UNIQUE INDEX child_disclosure_number ON child_disclosure (number);

CREATE TABLE child_disclosure_take (
    id         INTEGER PRIMARY KEY,
    disclosure BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,
    unit_name  TEXT NOT NULL
);
CREATE INDEX child_disclosure_take_of ON child_disclosure_take (disclosure, id);

CREATE TABLE child_dossier (
    child  INTEGER PRIMARY KEY,
    sealed BYTEA NOT NULL                   -- JSON of child.Dossier, group child/<id>
);

CREATE TABLE child_gram (
    town  TEXT NOT NULL,
    gram  BYTEA NOT NULL,
    child BIGINT NOT NULL,
    PRIMARY KEY (town, gram, child)
) WITHOUT ROWID;

CREATE TABLE child_import_batch (
    id          INTEGER PRIMARY KEY,
    purpose     TEXT NOT NULL,              -- ledger | compare
    source      TEXT NOT NULL,              -- id of the sources: 残联, 学籍 …
    category    TEXT NOT NULL,              -- compare: the category which the list should equal; '' = all files of the scope
    state       TEXT NOT NULL,              -- mapping | reading | staged | applying | applied | undoing | undone | discarded
    digest      BYTEA NOT NULL,             -- keyed digest of the content: the same file sent twice is known
    file        BIGINT NOT NULL,            -- attachment; 0 = removed
    head        BYTEA NOT NULL,             -- sealed JSON of the columns and what they mean, group import/<id>
    total       BIGINT NOT NULL,            -- rows with content
    fresh       BIGINT NOT NULL,            -- rows by what they are: children without a file here
    same        BIGINT NOT NULL,
    changed     BIGINT NOT NULL,
    doubtful    BIGINT NOT NULL,
    wrong       BIGINT NOT NULL,
    done        BIGINT NOT NULL,            -- rows carried out
    kept        BIGINT NOT NULL,            -- rows that an undo left, for they were changed since
    problem     TEXT NOT NULL,              -- why it could not go on, in words for the person
    post        BIGINT NOT NULL,            -- under which post it was sent or last acted on
    role        TEXT NOT NULL,
    actor       BIGINT NOT NULL,
    actor_name  TEXT NOT NULL,
    unit        BIGINT NOT NULL,
    unit_name   TEXT NOT NULL,
    region      TEXT NOT NULL,              -- of the post: whoever looks after it sees the batch
    region_name TEXT NOT NULL,
    town        TEXT NOT NULL,
    county      TEXT NOT NULL,
    created     BIGINT NOT NULL,
    applied     BIGINT NOT NULL,
    shredded    BIGINT NOT NULL             -- when its key was destroyed
);
CREATE INDEX child_import_batch_county ON child_import_batch (county, id);
CREATE INDEX child_import_batch_digest ON child_import_batch (digest);

CREATE TABLE child_import_block (
    batch    BIGINT NOT NULL,
    number   BIGINT NOT NULL,               -- of its first row in the list
    lines    BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,                -- group import/<id>
    applied  BIGINT NOT NULL,               -- 0 = not yet
    children BYTEA NOT NULL,                -- ids of the files made of the lines, eight bytes each
    PRIMARY KEY (batch, number)
);

CREATE TABLE child_import_mapping (
    county      TEXT NOT NULL,
    source      TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,             -- keyed digest of the headings
    fields      TEXT NOT NULL,              -- keys of the fields by column, comma between
    PRIMARY KEY (county, source, fingerprint)
);

CREATE TABLE child_import_prompt (
    id       INTEGER PRIMARY KEY,
    batch    BIGINT NOT NULL,
    kind     TEXT NOT NULL,                 -- missing_here | missing_there | different
    child    BIGINT NOT NULL,               -- 0 = no file
    number   BIGINT NOT NULL,               -- of the row in the list; 0 = none
    sealed   BYTEA NOT NULL,                -- JSON of what differs, group import/<id>
    duty     BIGINT NOT NULL,
    result   TEXT NOT NULL,                 -- id of the results; '' = not verified yet
    actor    BIGINT NOT NULL,
    decided  BIGINT NOT NULL,
    unit     BIGINT NOT NULL,
    region   TEXT NOT NULL,
    town     TEXT NOT NULL,
    county   TEXT NOT NULL
);
CREATE INDEX child_import_prompt_batch ON child_import_prompt (batch, kind, id);
CREATE INDEX child_import_prompt_town ON child_import_prompt (town, result, id);

CREATE TABLE child_import_row (
    batch    BIGINT NOT NULL,
    outcome  TEXT NOT NULL,                 -- changed | doubtful | wrong | kept
    number   BIGINT NOT NULL,               -- of the row in the list
    child    BIGINT NOT NULL,               -- the file that it concerns; 0 = none
    decision TEXT NOT NULL,                 -- same | new | skip; '' = changed rows are taken, doubtful ones left
    applied  BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,                -- JSON of cells, faults, differences and candidates, group import/<id>
    PRIMARY KEY (batch, outcome, number)
) WITHOUT ROWID;

CREATE TABLE child_key (
    digest BIGINT NOT NULL,                 -- upper bits: of the last four; lower 36 bits: of the whole value, its kind mixed in
    child  BIGINT NOT NULL,
    PRIMARY KEY (digest, child)
) WITHOUT ROWID;

CREATE TABLE child_merge (
    id          INTEGER PRIMARY KEY,
    kept        BIGINT NOT NULL,
    dropped     BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    by_user     BIGINT NOT NULL,
    by_name     TEXT NOT NULL,
    sealed      BYTEA NOT NULL,             -- JSON of what both files were, group child/<kept>
    undone      BIGINT NOT NULL,            -- 0 = it holds
    undone_by   BIGINT NOT NULL,
    undone_name TEXT NOT NULL
);
CREATE UNIQUE INDEX child_merge_dropped ON child_merge (dropped) WHERE undone = 0;
CREATE INDEX child_merge_kept ON child_merge (kept, id);

CREATE TABLE child_month (
    month    TEXT NOT NULL,                 -- 2026-11
    region   TEXT NOT NULL,                 -- village, township or county in twelve digits
    category TEXT NOT NULL,                 -- '' = all children, each once
    level    BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (region, category, month, level)
) WITHOUT ROWID;

CREATE TABLE child_month_kept (
    month TEXT PRIMARY KEY,
    at    BIGINT NOT NULL                   -- when its numbers were taken
);

CREATE TABLE child_pair (
    a            BIGINT NOT NULL,           -- the older file
    b            BIGINT NOT NULL,
    score        BIGINT NOT NULL,
    reasons      TEXT NOT NULL,             -- keys of match.Reason between blanks: no personal data
    state        TEXT NOT NULL,             -- found | different | merged
    found        BIGINT NOT NULL,
    decided      BIGINT NOT NULL,
    decided_by   BIGINT NOT NULL,
    decided_name TEXT NOT NULL,
    unit_a       BIGINT NOT NULL,           -- where both files lie, for the scope of readers
    region_a     TEXT NOT NULL,
    town_a       TEXT NOT NULL,
    county_a     TEXT NOT NULL,
    unit_b       BIGINT NOT NULL,
    region_b     TEXT NOT NULL,
    town_b       TEXT NOT NULL,
    county_b     TEXT NOT NULL,
    PRIMARY KEY (a, b)
) WITHOUT ROWID;
CREATE INDEX child_pair_abroad ON child_pair (county_b, county_a) WHERE state = 'found' AND county_a <> county_b;
CREATE INDEX child_pair_b ON child_pair (b, a);
CREATE INDEX child_pair_county ON child_pair (county_a, score, a, b) WHERE state = 'found';
CREATE INDEX child_pair_town ON child_pair (town_a, score, a, b) WHERE state = 'found';

CREATE TABLE child_request (
    id           INTEGER PRIMARY KEY,
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
CREATE INDEX child_request_child ON child_request (child, id);
CREATE INDEX child_request_county ON child_request (county, id) WHERE state IN ('asked', 'sent');
CREATE UNIQUE INDEX child_request_open ON child_request (child, kind, detail) WHERE state IN ('asked', 'sent');
CREATE INDEX child_request_to ON child_request (to_county, id) WHERE state IN ('asked', 'sent') AND to_region <> '';
CREATE INDEX child_request_town ON child_request (town, id) WHERE state IN ('asked', 'sent');

CREATE TABLE child_reveal (
    id         INTEGER PRIMARY KEY,
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
CREATE INDEX child_reveal_actor ON child_reveal (actor, id);
CREATE INDEX child_reveal_child ON child_reveal (child, id);

CREATE TABLE child_unmatched (
    child   INTEGER PRIMARY KEY,
    version BIGINT NOT NULL                 -- of the file, so that a change during the comparison is not lost
);

CREATE TABLE child_view (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL,                 -- at most 20 characters; never a child's name
    query    TEXT NOT NULL,                 -- the conditions as an address writes them
    shared   BIGINT NOT NULL,               -- 1 = the whole unit sees it
    owner    BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    unit     BIGINT NOT NULL,
    made     BIGINT NOT NULL
);
CREATE INDEX child_view_owner ON child_view (owner, id);
CREATE INDEX child_view_unit ON child_view (unit, id) WHERE shared = 1;

CREATE TABLE child_wait (
    region     TEXT NOT NULL,               -- village, township or county in twelve digits
    due        TEXT NOT NULL,               -- day by which it waits; '' = whenever
    kind       TEXT NOT NULL,               -- rule.CareKind; '' = the children themselves, each once
    categories TEXT NOT NULL,               -- as child.categories
    n          BIGINT NOT NULL,
    PRIMARY KEY (region, due, kind, categories)
) WITHOUT ROWID;

CREATE TABLE duty (
    id          INTEGER PRIMARY KEY,
    kind        TEXT NOT NULL,
    subject     TEXT NOT NULL,              -- kind of the thing it is about: a table's name
    subject_id  BIGINT NOT NULL,
    parent      BIGINT NOT NULL,            -- duty of the lead unit or of the step below; 0 = none
    series      BIGINT NOT NULL,            -- the recurring duty whose round it is; 0 = none
    round       BIGINT NOT NULL,            -- due date of the round as yyyymmdd; 0 = none
    title       TEXT NOT NULL,
    unit        BIGINT NOT NULL CHECK (unit > 0), -- no duty without an owner
    person      BIGINT NOT NULL,            -- 0 = nobody named within the unit yet
    region      TEXT NOT NULL,
    town        TEXT NOT NULL,              -- first nine digits of region, '' above townships
    county      TEXT NOT NULL,              -- first six digits of region, '' above counties
    rule        TEXT NOT NULL,              -- basis: rule id or document
    clause      TEXT NOT NULL,              -- basis: clause
    opened      BIGINT NOT NULL,
    due         BIGINT NOT NULL,            -- instant; what lies beyond it is overdue, never stored as such
    clock       TEXT NOT NULL,              -- hours | workdays | calendar
    span        BIGINT NOT NULL,            -- hours or workdays of the clock; 0 for calendar
    anchor      BIGINT NOT NULL,            -- instant from which the clock runs
    provisional BIGINT NOT NULL,            -- 1 = the due lies beyond the loaded working-day calendar
    state       TEXT NOT NULL,              -- open | done | late-done | waived | cancelled
    signed      BIGINT NOT NULL,            -- 签收; the clock does not wait for it
    paused      BIGINT NOT NULL,            -- instant of 挂起; 0 = running
    ladder      TEXT NOT NULL,
    arming      BIGINT NOT NULL,            -- counts extensions and resumptions: each arms the ladder anew
    passed       BIGINT NOT NULL,            -- rungs of the ladder climbed in this arming
    closed      BIGINT NOT NULL,
    fact        TEXT NOT NULL,              -- kind of the fact that closed it
    fact_id     BIGINT NOT NULL
, whole BIGINT NOT NULL DEFAULT 0, pressing BIGINT NOT NULL DEFAULT 0);
CREATE INDEX duty_county_closed ON duty (county, closed, id) WHERE closed > 0;
CREATE INDEX duty_county_open ON duty (county, due, id, paused, signed, subject) WHERE state = 'open';
CREATE INDEX duty_parent ON duty (parent, id) WHERE parent > 0;
CREATE INDEX duty_person_open ON duty (person, due, id) WHERE state = 'open' AND person > 0;
CREATE INDEX duty_pressing ON duty (unit, pressing, due, id, subject) WHERE state = 'open' AND pressing = 1;
CREATE INDEX duty_provisional ON duty (id) WHERE provisional = 1;
CREATE UNIQUE INDEX duty_round ON duty (series, round) WHERE series > 0;
CREATE INDEX duty_subject ON duty (subject, subject_id, id);
CREATE INDEX duty_town_closed ON duty (town, closed, id) WHERE closed > 0;
CREATE INDEX duty_town_open ON duty (town, due, id, paused, signed, subject) WHERE state = 'open';
CREATE INDEX duty_unit_closed ON duty (unit, closed, id) WHERE closed > 0;
CREATE INDEX duty_unit_open ON duty (unit, due, id, paused, signed, county, town, subject) WHERE state = 'open';
CREATE INDEX duty_whole ON duty (whole, state, due, id, unit) WHERE whole > 0;

CREATE TABLE duty_event (
    id         INTEGER PRIMARY KEY,
    duty       BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    unit       BIGINT NOT NULL,             -- unit of the actor; 0 = the program
    action     TEXT NOT NULL,               -- sign, return, extend, …
    note       TEXT NOT NULL                -- reason or words for the reader
);
CREATE INDEX duty_event_duty ON duty_event (duty, id);

CREATE TABLE duty_place (
    ladder TEXT NOT NULL,
    level  BIGINT NOT NULL,                 -- rungs behind the duty: climbed, or passed over when it was armed
    due    BIGINT NOT NULL,                 -- that of the duty
    duty   BIGINT NOT NULL,
    PRIMARY KEY (ladder, level, due, duty)
) WITHOUT ROWID;

CREATE TABLE duty_request (
    id         INTEGER PRIMARY KEY,
    duty       BIGINT NOT NULL,
    kind       TEXT NOT NULL,               -- extend | return
    at         BIGINT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    due        BIGINT NOT NULL,             -- due asked for; 0 for a return
    state      TEXT NOT NULL,               -- asked | granted | refused
    decided    BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    decision   TEXT NOT NULL                -- reason of the decision
);
CREATE UNIQUE INDEX duty_request_asked ON duty_request (duty, kind) WHERE state = 'asked';
CREATE INDEX duty_request_duty ON duty_request (duty, id);

CREATE TABLE duty_series (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    parent     BIGINT NOT NULL,             -- series of the lead unit; 0 = none
    title      TEXT NOT NULL,
    unit       BIGINT NOT NULL CHECK (unit > 0),
    region     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    clause     TEXT NOT NULL,
    recurrence TEXT NOT NULL,               -- JSON of duty.Recurrence
    ladder     TEXT NOT NULL,
    begins     TEXT NOT NULL,               -- first day on which a round may be due
    ends       TEXT NOT NULL,               -- last day on which a round may be due; '' = without end
    state      TEXT NOT NULL,               -- open | ended
    next_due   TEXT NOT NULL,               -- due date of the next round to open; '' = none
    next       BIGINT NOT NULL              -- instant at which that round opens; 0 = never
, whole BIGINT NOT NULL DEFAULT 0);
CREATE INDEX duty_series_next ON duty_series (next, id) WHERE next > 0;
CREATE INDEX duty_series_parent ON duty_series (parent, id) WHERE parent > 0;
CREATE INDEX duty_series_subject ON duty_series (subject, subject_id, id);

CREATE TABLE duty_step (
    due      BIGINT NOT NULL,               -- that of the duty, as it is now
    duty     BIGINT NOT NULL,
    arming   BIGINT NOT NULL,
    step     BIGINT NOT NULL,               -- 1, 2, 3 …
    action   TEXT NOT NULL,                 -- remind | urge | superior | propose
    planned  BIGINT NOT NULL,               -- instant the ladder sets
    at       BIGINT NOT NULL,               -- instant of the sweep
    receiver BIGINT NOT NULL,               -- unit addressed
    opened   BIGINT NOT NULL,               -- duty opened for the receiver; 0 = a notice only
    PRIMARY KEY (due, duty, arming, step)
) WITHOUT ROWID;

CREATE TABLE file (
    id           INTEGER PRIMARY KEY,
    subject      TEXT NOT NULL,            -- kind of thing to which the file belongs, e.g. duty
    subject_id   BIGINT NOT NULL,
    record_group TEXT NOT NULL,            -- vault group that seals name and key
    name         BYTEA NOT NULL,           -- sealed
    kind         TEXT NOT NULL,            -- pdf, docx, jpg …, found by content
    size         BIGINT NOT NULL,          -- bytes of the content as kept, after stripping
    address      BYTEA NOT NULL,           -- keyed digest of the content within its group
    blob         TEXT NOT NULL,            -- name on disk
    secret       BYTEA NOT NULL,           -- sealed key of the content
    added        BIGINT NOT NULL,
    added_by     BIGINT NOT NULL
);
CREATE INDEX file_address ON file (record_group, address);
CREATE INDEX file_blob ON file (blob);
CREATE INDEX file_subject ON file (subject, subject_id, id);

CREATE TABLE guardianship_fact (
    id        INTEGER PRIMARY KEY,
    measure   BIGINT NOT NULL,
    kind      TEXT NOT NULL,                 -- id of a fact of the rule
    at        BIGINT NOT NULL,               -- when it happened
    until     TEXT NOT NULL,                 -- day to which the measure holds by it
    urgent    BIGINT NOT NULL,
    place     TEXT NOT NULL,                 -- kind of placement; '' = none
    entered   BIGINT NOT NULL,
    by_user   BIGINT NOT NULL,
    by_name   TEXT NOT NULL,
    by_unit   BIGINT NOT NULL,
    sealed    BYTEA NOT NULL,                -- JSON of guardianship.Detail
    struck    BIGINT NOT NULL,               -- instant at which it was struck out; 0 = it stands
    struck_by TEXT NOT NULL,
    reason    BYTEA NOT NULL                 -- sealed words why
, since TEXT NOT NULL DEFAULT '');
CREATE INDEX guardianship_fact_measure ON guardianship_fact (measure, at, id);

CREATE TABLE guardianship_measure (
    id      INTEGER PRIMARY KEY,
    child   BIGINT NOT NULL,
    kind    TEXT NOT NULL,                   -- id of the rule
    secret  BIGINT NOT NULL,                 -- 1 = only units that take part know of it
    region  TEXT NOT NULL,                   -- where the child lived when it began
    town    TEXT NOT NULL,
    county  TEXT NOT NULL,
    unit    BIGINT NOT NULL,                 -- whose measure it is
    opened  TEXT NOT NULL,                   -- day of its first fact: the rules of that day hold
    phase   TEXT NOT NULL,                   -- asked | held | ended
    state   TEXT NOT NULL,                   -- the rule's word for how it stands
    until   TEXT NOT NULL,                   -- day to which it holds; '' = none
    alarm   BIGINT NOT NULL,                 -- 1 = it was broken and nobody has dealt with that
    version BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    sealed  BYTEA NOT NULL                   -- JSON of guardianship.Cause, group measure/<id>
);
CREATE INDEX guardianship_measure_child ON guardianship_measure (child, id);
CREATE INDEX guardianship_measure_county ON guardianship_measure (county, id);
CREATE INDEX guardianship_measure_town ON guardianship_measure (town, id);

CREATE TABLE guardianship_paper (
    id      INTEGER PRIMARY KEY,
    measure BIGINT NOT NULL,
    fact    BIGINT NOT NULL,
    paper   TEXT NOT NULL,                   -- id of the rule's need
    file    BIGINT NOT NULL,                 -- 0 = none yet
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    sealed  BYTEA NOT NULL                   -- why there is none, group measure/<id>
);
CREATE INDEX guardianship_paper_measure ON guardianship_paper (measure, id);

CREATE TABLE guardianship_party (
    measure BIGINT NOT NULL,
    unit    BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    PRIMARY KEY (measure, unit)
);
CREATE INDEX guardianship_party_unit ON guardianship_party (unit, measure);

CREATE TABLE guardianship_task (
    id      INTEGER PRIMARY KEY,
    measure BIGINT NOT NULL,
    rule    TEXT NOT NULL,                   -- id of a duty of the rule
    cause   BIGINT NOT NULL,                 -- the fact
    round   BIGINT NOT NULL,                 -- how often it had returned
    duty    BIGINT NOT NULL,
    unit    BIGINT NOT NULL,
    state   TEXT NOT NULL,                   -- open | done | over
    fact    BIGINT NOT NULL,                 -- the fact that fulfilled it
    opened  BIGINT NOT NULL,
    closed  BIGINT NOT NULL
);
CREATE INDEX guardianship_task_measure ON guardianship_task (measure, id);
CREATE UNIQUE INDEX guardianship_task_open ON guardianship_task (measure, rule, cause, round) WHERE state = 'open';

CREATE TABLE intake_decision (
    id        INTEGER PRIMARY KEY,
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

CREATE TABLE intake_draft (
    holder INTEGER PRIMARY KEY,
    at     BIGINT NOT NULL,
    sealed BYTEA NOT NULL                    -- the form, group intake_draft/<holder>
);

CREATE TABLE intake_key (
    key     BYTEA PRIMARY KEY,               -- keyed hash of Idempotency-Key
    body    BYTEA NOT NULL,                  -- keyed hash of what was sent with it
    report  BIGINT NOT NULL,
    serial    BIGINT NOT NULL,                 -- how often the receipt was drawn until it was free
    at      BIGINT NOT NULL,
    repeats BIGINT NOT NULL                  -- each repeat is a durable write of its own
);

CREATE TABLE intake_look (
    id      INTEGER PRIMARY KEY,
    report  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    what    TEXT NOT NULL                    -- report | reporter
);
CREATE INDEX intake_look_report ON intake_look (report, id);

CREATE TABLE intake_message (
    id      INTEGER PRIMARY KEY,
    report  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    side    TEXT NOT NULL,                   -- reporter | office
    kind    TEXT NOT NULL,                   -- say | ask | answer | notice; note = for the office alone
    by_user BIGINT NOT NULL,                 -- 0 = the reporter
    by_name TEXT NOT NULL,
    sealed  BYTEA NOT NULL                   -- text, group of the report
);
CREATE INDEX intake_message_report ON intake_message (report, id);

CREATE TABLE intake_order (
    id       INTEGER PRIMARY KEY,
    channel  TEXT NOT NULL,
    outside  BYTEA NOT NULL,                 -- keyed hash of the hotline's own number
    body     BYTEA NOT NULL,                 -- keyed hash of what came with it
    request  BYTEA NOT NULL,                 -- keyed hash of the Idempotency-Key with which it came; empty = none
    report   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    upload   BIGINT NOT NULL,                -- the file in which it came; 0 = by the interface
    by_unit  BIGINT NOT NULL,                -- unit of whoever brought it in; 0 = the interface
    first    BIGINT NOT NULL,                -- unit that received it first
    due      BIGINT NOT NULL,                -- the hotline's own limit; 0 = none
    returned TEXT NOT NULL,                  -- code of the reason why it went back; "" = it did not
    sent     BIGINT NOT NULL,                -- when the result was last exported; 0 = never
    repeats  BIGINT NOT NULL,                -- each repeat is a durable write of its own
    sealed   BYTEA NOT NULL                  -- the hotline's number, group intake_order/<id>
, home TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX intake_order_outside ON intake_order (channel, outside);
CREATE INDEX intake_order_report ON intake_order (report);
CREATE INDEX intake_order_request ON intake_order (request);
CREATE INDEX intake_order_unit ON intake_order (by_unit, id);

CREATE TABLE intake_partner (
    id      INTEGER PRIMARY KEY,
    name    TEXT NOT NULL,
    channel TEXT NOT NULL,
    token   BYTEA NOT NULL,                  -- keyed hash of its token
    made    BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    ended   BIGINT NOT NULL                  -- 0 = in force
, region TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX intake_partner_token ON intake_partner (token);

CREATE TABLE intake_report (
    id            INTEGER PRIMARY KEY,
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
    sealed        BYTEA NOT NULL             -- JSON of intake.Telling, group intake_report/<id>
, serial BIGINT NOT NULL DEFAULT 0, about TEXT NOT NULL DEFAULT '');
CREATE INDEX intake_report_by ON intake_report (by_user, id) WHERE by_user > 0;
CREATE INDEX intake_report_child ON intake_report (child) WHERE child > 0;
CREATE INDEX intake_report_county ON intake_report (county, id);
CREATE INDEX intake_report_merged ON intake_report (merged) WHERE merged > 0;
CREATE INDEX intake_report_open ON intake_report (county, urgency, id) WHERE state IN ('received', 'accepted', 'decided');
CREATE UNIQUE INDEX intake_report_serial ON intake_report (serial);

CREATE TABLE intake_reporter (
    report INTEGER PRIMARY KEY,
    phone  BYTEA NOT NULL,                   -- blind index, for the desk to know who calls again; empty = none
    sealed BYTEA NOT NULL                    -- JSON of intake.Reporter, group intake_reporter/<report>
);
CREATE INDEX intake_reporter_phone ON intake_reporter (phone);

CREATE TABLE intake_request (
    id           INTEGER PRIMARY KEY,
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

CREATE TABLE intake_satisfaction (
    report INTEGER PRIMARY KEY,
    mark   TEXT NOT NULL,                    -- good | fair | poor
    at     BIGINT NOT NULL
);

CREATE TABLE intake_shield (
    report  BIGINT NOT NULL,
    holder  BIGINT NOT NULL,                 -- account
    by_user BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (report, holder)
);

CREATE TABLE intake_supplement (
    id      INTEGER PRIMARY KEY,
    parent  BIGINT NOT NULL,                 -- the order
    body    BYTEA NOT NULL,                  -- keyed hash of what came with it
    request BYTEA NOT NULL,                  -- keyed hash of the Idempotency-Key with which it came; empty = none
    at      BIGINT NOT NULL,
    upload  BIGINT NOT NULL,                 -- the file in which it came; 0 = by the interface
    by_unit BIGINT NOT NULL                  -- unit of whoever brought it in; 0 = the interface
);
CREATE UNIQUE INDEX intake_supplement_body ON intake_supplement (parent, body);
CREATE INDEX intake_supplement_request ON intake_supplement (request);

CREATE TABLE intake_upload (
    id      INTEGER PRIMARY KEY,
    at      BIGINT NOT NULL,
    channel TEXT NOT NULL,
    by_user BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    by_unit BIGINT NOT NULL,
    total   BIGINT NOT NULL,
    taken   BIGINT NOT NULL,
    again   BIGINT NOT NULL,                 -- rows that had come before
    wrong   BIGINT NOT NULL,
    file    BIGINT NOT NULL                  -- the wrong rows with their reasons; 0 = none
, added BIGINT NOT NULL DEFAULT 0);
CREATE INDEX intake_upload_unit ON intake_upload (by_unit, id);

CREATE TABLE job (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,              -- registered in code, e.g. duty.sweep
    key        TEXT NOT NULL,              -- two open rows of a kind never bear the same key; '' = none
    payload    TEXT NOT NULL,              -- JSON; refs only, never personal data
    state      TEXT NOT NULL,              -- waiting, running, done, failed
    next_at    BIGINT NOT NULL,            -- not before this instant of the product's clock
    attempt    BIGINT NOT NULL,            -- how often it was begun
    again      BIGINT NOT NULL,            -- 1 = asked for once more while it ran
    holder     TEXT NOT NULL,              -- the process that runs it
    until      BIGINT NOT NULL,            -- its lease ends then, by the clock of the database
    percent    BIGINT NOT NULL,            -- progress for the page that waits
    note       TEXT NOT NULL,              -- what is being done, or what was the result, for a person
    failure    TEXT NOT NULL,              -- why the last attempt failed, for the operator
    created_by BIGINT NOT NULL,            -- user id; 1 is the program
    created_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL             -- last end, good or bad
);
CREATE INDEX job_done ON job (ended_at) WHERE state = 'done';
CREATE INDEX job_failed ON job (id) WHERE state = 'failed';
CREATE UNIQUE INDEX job_key ON job (kind, key) WHERE key <> '' AND state IN ('waiting', 'running');
CREATE INDEX job_running ON job (until) WHERE state = 'running';
CREATE INDEX job_waiting ON job (next_at, id) WHERE state = 'waiting';

CREATE TABLE justice_record (
    id      INTEGER PRIMARY KEY,
    number  TEXT NOT NULL,                   -- blind index of the child's identity number, hex; '' = not known
    kind    TEXT NOT NULL,
    unit    BIGINT NOT NULL,                 -- which keeps the papers
    by_unit BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    state   TEXT NOT NULL,                   -- open | sealed
    sealed  BYTEA NOT NULL                   -- JSON of justice.Content, group justice/<id>
);
CREATE INDEX justice_record_by ON justice_record (by_unit, id) WHERE state = 'open';
CREATE INDEX justice_record_number ON justice_record (number);
CREATE INDEX justice_record_unit ON justice_record (unit, id) WHERE state = 'open';

CREATE TABLE justice_unseal (
    id         INTEGER PRIMARY KEY,
    county     TEXT NOT NULL,
    by_user    BIGINT NOT NULL,
    by_name    TEXT NOT NULL,
    by_unit    BIGINT NOT NULL,
    at         BIGINT NOT NULL,
    ground     TEXT NOT NULL,
    state      TEXT NOT NULL,                -- asked | granted | refused
    decided    BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    expires    BIGINT NOT NULL,              -- instant to which a granted one opens; 0 = none
    duty       BIGINT NOT NULL,
    sealed     BYTEA NOT NULL                -- JSON of justice.Wish, group unseal/<id>
);
CREATE INDEX justice_unseal_county ON justice_unseal (county, id);
CREATE INDEX justice_unseal_user ON justice_unseal (by_user, id);

CREATE TABLE org_alias (
    unit   BIGINT NOT NULL,
    folded TEXT NOT NULL,
    alias  TEXT NOT NULL,
    PRIMARY KEY (unit, folded)
);

CREATE TABLE org_change (
    id         INTEGER PRIMARY KEY,
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
CREATE INDEX org_change_other ON org_change (other, id);
CREATE INDEX org_change_unit ON org_change (unit, id);

CREATE TABLE org_county (
    region TEXT PRIMARY KEY,
    name   TEXT NOT NULL,                  -- folder of the pack
    title  TEXT NOT NULL,
    tier   TEXT NOT NULL,
    at     BIGINT NOT NULL
);

CREATE TABLE org_member (
    id         INTEGER PRIMARY KEY,
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

CREATE TABLE org_unit (
    id         INTEGER PRIMARY KEY,
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
CREATE INDEX org_unit_county ON org_unit (county, region, id);
CREATE INDEX org_unit_region ON org_unit (region, id);
CREATE INDEX org_unit_superior ON org_unit (superior, id);

CREATE TABLE plan (
    id         INTEGER PRIMARY KEY,
    title      TEXT NOT NULL,
    issuer     TEXT NOT NULL,               -- 发文机关 as the text names it
    unit       BIGINT NOT NULL,             -- office that runs it and checks the replies
    region     TEXT NOT NULL,
    town       TEXT NOT NULL,               -- first nine digits of region, '' above townships
    county     TEXT NOT NULL,               -- first six digits of region, '' above counties
    year       BIGINT NOT NULL,             -- year to which dates without a year belong; 0 = not known
    dated      TEXT NOT NULL,               -- date of the document; '' = not stated
    state      TEXT NOT NULL,               -- draft | issued | closed
    file       TEXT NOT NULL,               -- name of the uploaded file
    digest     TEXT NOT NULL,               -- SHA-256 of the uploaded file; '' = copied from a plan
    previous   BIGINT NOT NULL,             -- plan of the year before; 0 = none
    quiet      BIGINT NOT NULL,             -- 1 = support units confirm standing tasks once instead of each round
    version    BIGINT NOT NULL,             -- grows with every change
    head       BIGINT NOT NULL,             -- number of the last edit in force: undo moves it back
    created    BIGINT NOT NULL,
    created_by BIGINT NOT NULL,
    issued     BIGINT NOT NULL,
    issued_by  BIGINT NOT NULL,
    closed     BIGINT NOT NULL
);
CREATE INDEX plan_county ON plan (county, state, id);
CREATE UNIQUE INDEX plan_digest ON plan (region, digest) WHERE digest <> '' AND state <> 'closed';
CREATE INDEX plan_previous ON plan (previous) WHERE previous > 0;
CREATE INDEX plan_town ON plan (town, state, id);

CREATE TABLE plan_edit (
    id         INTEGER PRIMARY KEY,
    plan       BIGINT NOT NULL,
    number     BIGINT NOT NULL,             -- 1, 2, 3 … within the plan
    kind       TEXT NOT NULL,               -- review (before issue) | amend (after it)
    at         BIGINT NOT NULL,
    actor      BIGINT NOT NULL,
    actor_name TEXT NOT NULL,
    words      TEXT NOT NULL,               -- what was done
    reason     TEXT NOT NULL,               -- why, for changes after issue
    before     TEXT NOT NULL,               -- JSON: head of the plan and the tasks touched, as they were
    after      TEXT NOT NULL                -- JSON: as they became
);
CREATE UNIQUE INDEX plan_edit_plan ON plan_edit (plan, number);

CREATE TABLE plan_edit_task (
    task BIGINT NOT NULL,
    edit BIGINT NOT NULL,
    PRIMARY KEY (task, edit)
);

CREATE TABLE plan_evidence (
    reply BIGINT NOT NULL,
    file  BIGINT NOT NULL,
    duty  BIGINT NOT NULL,
    PRIMARY KEY (reply, file)
);
CREATE INDEX plan_evidence_duty ON plan_evidence (duty, file);

CREATE TABLE plan_fact (
    id         INTEGER PRIMARY KEY,
    task       BIGINT NOT NULL,
    plan       BIGINT NOT NULL,
    ord        BIGINT NOT NULL,
    kind       TEXT NOT NULL,               -- lead | support | time | vague | target | document
    text       TEXT NOT NULL,               -- words of the plan or of the person who added it
    norm       TEXT NOT NULL,               -- canonical form; name of an owner
    unit       BIGINT NOT NULL,             -- owner, or who drafts a document; 0 = not resolved, or the lead
    slot       BIGINT NOT NULL,             -- time by which a document or target is due; 0 = the task's
    span_start BIGINT NOT NULL,
    span_end   BIGINT NOT NULL,
    rule       TEXT NOT NULL                -- rule that found it, or 'person'
);
CREATE INDEX plan_fact_plan ON plan_fact (plan, task, ord);
CREATE INDEX plan_fact_task ON plan_fact (task, ord);
CREATE INDEX plan_fact_unit ON plan_fact (unit, task) WHERE unit > 0;

CREATE TABLE plan_link (
    id     INTEGER PRIMARY KEY,
    plan   BIGINT NOT NULL,
    task   BIGINT NOT NULL,
    slot   BIGINT NOT NULL,                 -- fact (time, document, target) from which it comes; 0 = the standing task
    kind   TEXT NOT NULL,                   -- kind of the duty
    duty   BIGINT NOT NULL,                 -- 0 for a series
    series BIGINT NOT NULL                  -- 0 for a single duty
);
CREATE UNIQUE INDEX plan_link_duty ON plan_link (duty) WHERE duty > 0;
CREATE UNIQUE INDEX plan_link_series ON plan_link (series) WHERE series > 0;
CREATE INDEX plan_link_task ON plan_link (task, id);

CREATE TABLE plan_measure (
    reply  BIGINT NOT NULL,
    target BIGINT NOT NULL,                 -- plan_fact
    task   BIGINT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (reply, target)
);
CREATE INDEX plan_measure_task ON plan_measure (task, target, reply);

CREATE TABLE plan_reply (
    id           INTEGER PRIMARY KEY,
    plan         BIGINT NOT NULL,
    task         BIGINT NOT NULL,
    duty         BIGINT NOT NULL,
    unit         BIGINT NOT NULL,
    kind         TEXT NOT NULL,             -- progress | reply
    at           BIGINT NOT NULL,
    by_user      BIGINT NOT NULL,
    by_name      TEXT NOT NULL,
    text         TEXT NOT NULL,
    without      TEXT NOT NULL,             -- why the lead reports before support units have answered
    state        TEXT NOT NULL,             -- noted (progress) | sent | accepted | back
    check_duty   BIGINT NOT NULL,            -- duty of who checks it; 0 for progress
    checked      BIGINT NOT NULL,
    checked_by   BIGINT NOT NULL,
    checked_name TEXT NOT NULL,
    words        TEXT NOT NULL              -- of the check
);
CREATE INDEX plan_reply_duty ON plan_reply (duty, id);
CREATE UNIQUE INDEX plan_reply_sent ON plan_reply (duty) WHERE state = 'sent';
CREATE INDEX plan_reply_task ON plan_reply (task, id);
CREATE INDEX plan_reply_waiting ON plan_reply (plan, id) WHERE state = 'sent';

CREATE TABLE plan_task (
    id         INTEGER PRIMARY KEY,
    plan       BIGINT NOT NULL,
    seq        BIGINT NOT NULL,             -- order within the plan, with gaps
    path       TEXT NOT NULL,               -- JSON list of headings
    span_start BIGINT NOT NULL,
    span_end   BIGINT NOT NULL,
    quote      TEXT NOT NULL,
    title      TEXT NOT NULL,
    state      TEXT NOT NULL,               -- draft | issued | withdrawn
    standing   BIGINT NOT NULL,             -- 1 = a person decided that it runs on 长期 with reviews
    review     TEXT NOT NULL,               -- norm of its review cycle; '' = the county's
    checked    BIGINT NOT NULL,             -- 1 = a person has accepted what the compiler read
    rules      TEXT NOT NULL,               -- JSON list of rules that found it
    version    BIGINT NOT NULL              -- grows with every change of the task
);
CREATE INDEX plan_task_plan ON plan_task (plan, seq, id);

CREATE TABLE plan_text (
    plan INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);

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
CREATE INDEX region_county ON region (county, code);
CREATE INDEX region_parent ON region (parent, code);
CREATE INDEX region_successor ON region (successor);

CREATE TABLE region_change (
    id         INTEGER PRIMARY KEY,
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

CREATE TABLE region_upload (
    id     INTEGER PRIMARY KEY,
    holder BIGINT NOT NULL,                -- who uploaded it and alone may confirm it
    at     BIGINT NOT NULL,
    code   TEXT NOT NULL,                  -- the division whose part was read
    file   TEXT NOT NULL,                  -- name of the file
    rows   TEXT NOT NULL                   -- lines "code name" with a tab between
);

CREATE TABLE screening (
    id         INTEGER PRIMARY KEY,
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

CREATE TABLE screening_answer (
    id       INTEGER PRIMARY KEY,
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

CREATE TABLE screening_call (
    id    INTEGER PRIMARY KEY,
    form  TEXT NOT NULL,
    since TEXT NOT NULL,                    -- first day of the period
    duty  BIGINT NOT NULL,
    begun BIGINT NOT NULL                   -- the campaign that answered it; 0 = none yet
);
CREATE UNIQUE INDEX screening_call_form ON screening_call (form, since);

CREATE TABLE screening_event (
    id         INTEGER PRIMARY KEY,
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
    words         TEXT NOT NULL, carried BIGINT NOT NULL DEFAULT 0,            -- why the numbers differ; no personal data
    PRIMARY KEY (campaign, region)
);
CREATE INDEX screening_village_region ON screening_village (region, campaign);

CREATE TABLE suggestion (
    id            INTEGER PRIMARY KEY,
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

CREATE TABLE vault_key (
    record_group TEXT PRIMARY KEY,   -- e.g. user/123
    suite        TEXT NOT NULL,      -- sm or aes: what seals the fields of this group
    master       TEXT NOT NULL,      -- vault_master.id that wraps the key; '' once shredded
    wrapped      BYTEA NOT NULL,     -- empty once shredded
    created      BIGINT NOT NULL,
    shredded     BIGINT NOT NULL     -- 0 = in use
) WITHOUT ROWID;

CREATE TABLE vault_master (
    id      TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,           -- wrap, blind, integrity
    state   TEXT NOT NULL,           -- current, old, retired
    proof   BYTEA NOT NULL,          -- keyed value of a fixed text
    created BIGINT NOT NULL
);

CREATE TABLE workday (
    date    TEXT PRIMARY KEY,
    workday BIGINT NOT NULL,               -- 1 = make-up day, 0 = holiday
    name    TEXT NOT NULL,
    year    BIGINT NOT NULL                -- of the notice; it may move the last days of the year before
);
CREATE INDEX workday_of_year ON workday (year, date);

CREATE TABLE workday_year (
    year       INTEGER PRIMARY KEY,
    source     TEXT NOT NULL,
    stamp      BIGINT NOT NULL,            -- new with each import, so that caches see the change
    at         BIGINT NOT NULL,
    actor_name TEXT NOT NULL
);
