-- +goose Up
-- The journal by actor and by subject is searched by the audit administrator,
-- not by those who write: an entry enters these indexes when its block is
-- sealed, within a minute and many at a time, and a write pays for neither.
DROP INDEX audit_entry_subject;
DROP INDEX audit_entry_actor;
CREATE INDEX audit_entry_subject ON audit_entry (subject, subject_id, id) WHERE block > 0;
CREATE INDEX audit_entry_actor ON audit_entry (actor, id) WHERE block > 0;
