-- +goose Up

-- Of which level those are whom a report concerns, as its reporter says. It
-- decides who sees the report; of reports of before it stands sealed with what
-- was told alone.
ALTER TABLE intake_report ADD COLUMN about TEXT NOT NULL DEFAULT ''; -- village | township | county; '' = about no official
