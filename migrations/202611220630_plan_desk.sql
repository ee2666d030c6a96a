-- +goose Up
-- A 工作方案 that a county carries out.
CREATE TABLE plan (
    id         BIGINT PRIMARY KEY,
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
CREATE INDEX plan_town ON plan (town, state, id);
CREATE INDEX plan_previous ON plan (previous) WHERE previous > 0;
CREATE UNIQUE INDEX plan_digest ON plan (region, digest) WHERE digest <> '' AND state <> 'closed';

-- The text of a plan: every span of a task or fact counts its code points.
CREATE TABLE plan_text (
    plan BIGINT PRIMARY KEY,
    text TEXT NOT NULL
);

-- A task 任务: the smallest clause that carries a duty of its own.
CREATE TABLE plan_task (
    id         BIGINT PRIMARY KEY,
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

-- What a task says: an owner, a time, a target or a document, with its place in the text.
CREATE TABLE plan_fact (
    id         BIGINT PRIMARY KEY,
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
CREATE INDEX plan_fact_task ON plan_fact (task, ord);
CREATE INDEX plan_fact_plan ON plan_fact (plan, task, ord);
CREATE INDEX plan_fact_unit ON plan_fact (unit, task) WHERE unit > 0;

-- A change of a plan by a person, with both sides of it: undo takes it back, and history shows it.
CREATE TABLE plan_edit (
    id         BIGINT PRIMARY KEY,
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

-- Which edits touched a task, for its history.
CREATE TABLE plan_edit_task (
    task BIGINT NOT NULL,
    edit BIGINT NOT NULL,
    PRIMARY KEY (task, edit)
);

-- Which duty or series carries which part of a task.
CREATE TABLE plan_link (
    id     BIGINT PRIMARY KEY,
    plan   BIGINT NOT NULL,
    task   BIGINT NOT NULL,
    slot   BIGINT NOT NULL,                 -- fact (time, document, target) from which it comes; 0 = the standing task
    kind   TEXT NOT NULL,                   -- kind of the duty
    duty   BIGINT NOT NULL,                 -- 0 for a series
    series BIGINT NOT NULL                  -- 0 for a single duty
);
CREATE INDEX plan_link_task ON plan_link (task, id);
CREATE UNIQUE INDEX plan_link_duty ON plan_link (duty) WHERE duty > 0;
CREATE UNIQUE INDEX plan_link_series ON plan_link (series) WHERE series > 0;

-- What a unit says of its duty: progress 进展, or its reply 反馈 that the office checks.
CREATE TABLE plan_reply (
    id           BIGINT PRIMARY KEY,
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
CREATE INDEX plan_reply_task ON plan_reply (task, id);
CREATE UNIQUE INDEX plan_reply_sent ON plan_reply (duty) WHERE state = 'sent';
CREATE INDEX plan_reply_waiting ON plan_reply (plan, id) WHERE state = 'sent';

-- A measured value of a target in a reply.
CREATE TABLE plan_measure (
    reply  BIGINT NOT NULL,
    target BIGINT NOT NULL,                 -- plan_fact
    task   BIGINT NOT NULL,
    value  TEXT NOT NULL,
    PRIMARY KEY (reply, target)
);
CREATE INDEX plan_measure_task ON plan_measure (task, target, reply);
