-- +goose Up
-- What was done for a file that was united with another counts for the one that stands for both, and goes back with it: united is the file that
-- brought it. A care in state rest was open when its file, or the one named, was united with another; parted, it goes on with its due.
ALTER TABLE assessment_care ADD COLUMN united BIGINT NOT NULL DEFAULT 0;
CREATE INDEX assessment_care_united ON assessment_care (united) WHERE united > 0;
-- When a paper that has run out was asked for anew; 0 = not yet: a night that was missed is made up for, however many there were.
ALTER TABLE assessment_proof ADD COLUMN lapsed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX assessment_proof_lapse ON assessment_proof (until) WHERE lapsed = 0 AND dropped = 0 AND until <> '';
