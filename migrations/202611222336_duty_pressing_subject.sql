-- +goose Up
-- The index of pressing duties holds what they are about, too: duties of which an actor must not learn are left out by it.
DROP INDEX duty_pressing;
CREATE INDEX duty_pressing ON duty (unit, pressing, due, id, subject) WHERE state = 'open' AND pressing = 1;
