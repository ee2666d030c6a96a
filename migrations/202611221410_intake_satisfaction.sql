-- +goose Up
-- What a named reporter said of the outcome, of his own accord 「满意度」. Nobody is asked twice, and saying nothing leaves no row.
CREATE TABLE intake_satisfaction (
    report BIGINT PRIMARY KEY,
    mark   TEXT NOT NULL,                    -- good | fair | poor
    at     BIGINT NOT NULL
);
