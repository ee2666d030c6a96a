-- +goose Up

-- What a case was opened from finds the case again: the page of a report, and
-- what happens to the report's checklist.
CREATE INDEX casework_case_origin ON casework_case (origin, origin_id) WHERE origin_id > 0;
