-- +goose Up
-- Counts of the inbox ask for what is paused or not signed; with both in the
-- index they read no row, which in a large county lie far apart.
DROP INDEX duty_unit_open;
DROP INDEX duty_town_open;
DROP INDEX duty_county_open;
CREATE INDEX duty_unit_open ON duty (unit, due, id, paused, signed) WHERE state = 'open';
CREATE INDEX duty_town_open ON duty (town, due, id, paused, signed) WHERE state = 'open';
CREATE INDEX duty_county_open ON duty (county, due, id, paused, signed) WHERE state = 'open';
