-- +goose Up
-- The greater thing of which the subject is a part: the plan of a task, the
-- case of a referral; 0 = none. Lists and counts of one plan or case go by it.
ALTER TABLE duty ADD COLUMN whole BIGINT NOT NULL DEFAULT 0;
ALTER TABLE duty_series ADD COLUMN whole BIGINT NOT NULL DEFAULT 0;
CREATE INDEX duty_whole ON duty (whole, state, due, id, unit) WHERE whole > 0;
