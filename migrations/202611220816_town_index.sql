-- +goose Up
-- Without "town <> ''", which SQLite cannot know of a bound argument and so would never use the index.
DROP INDEX duty_town_open;
CREATE INDEX duty_town_open ON duty (town, due, id) WHERE state = 'open';
-- 已办 of a township.
CREATE INDEX duty_town_closed ON duty (town, closed, id) WHERE closed > 0;
