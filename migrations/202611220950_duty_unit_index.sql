-- +goose Up
-- One unit's duties within a county or township are counted in the index alone.
DROP INDEX duty_unit_open;
CREATE INDEX duty_unit_open ON duty (unit, due, id, paused, signed, county, town) WHERE state = 'open';
