-- +goose Up
-- A file that proves what a reply or a note of progress says; the file belongs to the duty.
CREATE TABLE plan_evidence (
    reply BIGINT NOT NULL,
    file  BIGINT NOT NULL,
    duty  BIGINT NOT NULL,
    PRIMARY KEY (reply, file)
);
CREATE INDEX plan_evidence_duty ON plan_evidence (duty, file);
