-- +goose Up
-- The sweep asks for each rung of each ladder which running duties are due
-- long enough; nothing is noted in a duty that a changed ladder or calendar
-- would make wrong, so there is nothing to evaluate anew.
DROP INDEX duty_next;
DROP INDEX duty_spent;
CREATE INDEX duty_climb ON duty (ladder, level, due, id) WHERE state = 'open' AND paused = 0;
ALTER TABLE duty DROP COLUMN next;
-- Read by nothing.
DROP INDEX duty_step_receiver;
-- The hourly work that is gone.
DELETE FROM job WHERE kind = 'duty.evaluate' AND state = 'waiting';
