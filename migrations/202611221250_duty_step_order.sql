-- +goose Up
-- What a sweep writes lies side by side: duties that climb together are due
-- together, while their ids are scattered over all.
ALTER TABLE duty_step RENAME TO duty_step_before;
-- The rungs which duties have climbed.
CREATE TABLE duty_step (
    due      BIGINT NOT NULL,               -- that of the duty, as it is now
    duty     BIGINT NOT NULL,
    arming   BIGINT NOT NULL,
    step     BIGINT NOT NULL,               -- 1, 2, 3 …
    action   TEXT NOT NULL,                 -- remind | urge | superior | propose
    planned  BIGINT NOT NULL,               -- instant the ladder sets
    at       BIGINT NOT NULL,               -- instant of the sweep
    receiver BIGINT NOT NULL,               -- unit addressed
    opened   BIGINT NOT NULL,               -- duty opened for the receiver; 0 = a notice only
    PRIMARY KEY (due, duty, arming, step)
) WITHOUT ROWID;
INSERT INTO duty_step (due, duty, arming, step, action, planned, at, receiver, opened)
SELECT d.due, s.duty, s.arming, s.step, s.action, s.planned, s.at, s.receiver, s.opened FROM duty_step_before s JOIN duty d ON d.id = s.duty;
DROP TABLE duty_step_before;
