-- +goose Up
-- A national file that was uploaded and read, and waits to be confirmed after its preview; dropped after a day.
CREATE TABLE region_upload (
    id     BIGINT PRIMARY KEY,
    holder BIGINT NOT NULL,                -- who uploaded it and alone may confirm it
    at     BIGINT NOT NULL,
    code   TEXT NOT NULL,                  -- the division whose part was read
    file   TEXT NOT NULL,                  -- name of the file
    rows   TEXT NOT NULL                   -- lines "code name" with a tab between
);
