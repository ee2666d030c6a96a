-- +goose Up
-- A public event holds in the division that declared it and below 「突发事件」:
-- a county's in the county, a prefecture's in all of its counties.
DROP INDEX casework_contingency_open;
ALTER TABLE casework_contingency ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE casework_contingency SET region = CASE WHEN county = ''
    THEN COALESCE((SELECT min(r.code) FROM region r WHERE r.code LIKE '%00000000'), '') ELSE county || '000000' END;
ALTER TABLE casework_contingency DROP COLUMN county;
CREATE UNIQUE INDEX casework_contingency_open ON casework_contingency (region, plan) WHERE ended = 0;
