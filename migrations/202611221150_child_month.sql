-- +goose Up
-- The kept numbers as they stood at the end of each month 「逐月统计」; a month that is kept is never changed.
CREATE TABLE child_month (
    month    TEXT NOT NULL,                 -- 2026-11
    region   TEXT NOT NULL,                 -- village, township or county in twelve digits
    category TEXT NOT NULL,                 -- '' = all children, each once
    level    BIGINT NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (region, category, month, level)
) WITHOUT ROWID;
-- A month whose numbers were taken.
CREATE TABLE child_month_kept (
    month TEXT PRIMARY KEY,
    at    BIGINT NOT NULL                   -- when its numbers were taken
);
