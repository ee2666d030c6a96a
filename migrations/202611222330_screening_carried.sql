-- +goose Up
-- How many of a village's children nobody met in the campaign before, when this one began 「结转」.
ALTER TABLE screening_village ADD COLUMN carried BIGINT NOT NULL DEFAULT 0;
