-- +goose Up
-- Attachments. Their content lies encrypted outside the database, under the data folder.
CREATE TABLE file (
    id           BIGINT PRIMARY KEY,
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
CREATE INDEX file_subject ON file (subject, subject_id, id);
CREATE INDEX file_address ON file (record_group, address);
CREATE INDEX file_blob ON file (blob);
