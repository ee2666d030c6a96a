-- +goose Up

-- Who was on duty and was replaced or taken off stays to be read; one is in force a day.
ALTER TABLE casework_roster ADD COLUMN by_name TEXT NOT NULL DEFAULT '';
ALTER TABLE casework_roster ADD COLUMN ended BIGINT NOT NULL DEFAULT 0;    -- when it was replaced or taken back; 0 = in force
ALTER TABLE casework_roster ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
DROP INDEX casework_roster_day;
CREATE UNIQUE INDEX casework_roster_day ON casework_roster (county, day) WHERE ended = 0;
CREATE INDEX casework_roster_ended ON casework_roster (county, ended) WHERE ended > 0;
