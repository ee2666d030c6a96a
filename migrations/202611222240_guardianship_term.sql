-- +goose Up
-- The first day of the term that a fact gives a measure, as the ruling names it; '' = the day of the fact, or none.
ALTER TABLE guardianship_fact ADD COLUMN since TEXT NOT NULL DEFAULT '';
