-- +goose Up
-- Where each open, running duty stands on its ladder. The sweep reads and moves
-- rows that lie side by side here; in the wide rows of duty, which a million
-- duties scatter, each move cost a page and an entry in every index.
CREATE TABLE duty_place (
    ladder TEXT NOT NULL,
    level  BIGINT NOT NULL,                 -- rungs behind the duty: climbed, or passed over when it was armed
    due    BIGINT NOT NULL,                 -- that of the duty
    duty   BIGINT NOT NULL,
    PRIMARY KEY (ladder, level, due, duty)
) WITHOUT ROWID;
INSERT INTO duty_place (ladder, level, due, duty) SELECT ladder, level, due, id FROM duty WHERE state = 'open' AND paused = 0;
DROP INDEX duty_climb;
-- Rungs whose time had passed when the ladder was armed, and which are not given.
ALTER TABLE duty RENAME COLUMN level TO passed;
