-- +goose Up
-- What waits to be done for a child on special lists, with its due, as ' kind=day kind=day ' in the order of kinds. Secret lists are no part of it.
ALTER TABLE child ADD COLUMN waits TEXT NOT NULL DEFAULT '';

-- Kept numbers of the children who are in categories: how many, for how many something waits, and by when. A number is the sum over the sets of
-- categories that a list knows as its own; what is late is the sum over the days before today.
CREATE TABLE child_wait (
    region     TEXT NOT NULL,               -- village, township or county in twelve digits
    due        TEXT NOT NULL,               -- day by which it waits; '' = whenever
    kind       TEXT NOT NULL,               -- rule.CareKind; '' = the children themselves, each once
    categories TEXT NOT NULL,               -- as child.categories
    n          BIGINT NOT NULL,
    PRIMARY KEY (region, due, kind, categories)
) WITHOUT ROWID;
