-- +goose Up
-- A day on which a notice of the State Council departs from Monday to Friday 「节假日、调休上班」.
CREATE TABLE workday (
    date    TEXT PRIMARY KEY,
    workday BIGINT NOT NULL,               -- 1 = make-up day, 0 = holiday
    name    TEXT NOT NULL,
    year    BIGINT NOT NULL                -- of the notice; it may move the last days of the year before
);
CREATE INDEX workday_of_year ON workday (year, date);

-- A year whose notice is loaded. Years without a row are counted Monday to Friday and their dues are provisional.
CREATE TABLE workday_year (
    year       BIGINT PRIMARY KEY,
    source     TEXT NOT NULL,
    stamp      BIGINT NOT NULL,            -- new with each import, so that caches see the change
    at         BIGINT NOT NULL,
    actor_name TEXT NOT NULL
);
