-- +goose Up
-- Lists of plan tasks pass over the duties of cases and visits, of which a county has hundreds of times as many, within the index.
DROP INDEX duty_unit_open;
DROP INDEX duty_town_open;
DROP INDEX duty_county_open;
CREATE INDEX duty_unit_open ON duty (unit, due, id, paused, signed, county, town, subject) WHERE state = 'open';
CREATE INDEX duty_town_open ON duty (town, due, id, paused, signed, subject) WHERE state = 'open';
CREATE INDEX duty_county_open ON duty (county, due, id, paused, signed, subject) WHERE state = 'open';
