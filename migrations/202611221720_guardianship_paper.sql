-- +goose Up
-- A document that a fact of a measure required 「应有的文书」: the file, or why there is none.
CREATE TABLE guardianship_paper (
    id      BIGINT PRIMARY KEY,
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
