-- +goose Up
-- A list of children that was sent in 「导入」: an old ledger, or a list of another department to compare with the files.
CREATE TABLE child_import_batch (
    id          BIGINT PRIMARY KEY,
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

-- Rows of children without a file, some hundreds at a time: sealed and carried out together.
CREATE TABLE child_import_block (
    batch    BIGINT NOT NULL,
    number   BIGINT NOT NULL,               -- of its first row in the list
    lines    BIGINT NOT NULL,
    sealed   BYTEA NOT NULL,                -- group import/<id>
    applied  BIGINT NOT NULL,               -- 0 = not yet
    children BYTEA NOT NULL,                -- ids of the files made of the lines, eight bytes each
    PRIMARY KEY (batch, number)
);

-- Rows that need a look: changed, doubtful, wrong; after an undo also those that it left.
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

-- What the columns of a source's lists meant last time.
CREATE TABLE child_import_mapping (
    county      TEXT NOT NULL,
    source      TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,             -- keyed digest of the headings
    fields      TEXT NOT NULL,              -- keys of the fields by column, comma between
    PRIMARY KEY (county, source, fingerprint)
);

-- What a comparison found 「数据比对」, each to be verified by a person: never changed by itself.
CREATE TABLE child_import_prompt (
    id       BIGINT PRIMARY KEY,
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
