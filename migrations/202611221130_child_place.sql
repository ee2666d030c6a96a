-- +goose Up
-- The ledger of one category in a village, which without it reads six children for one that it shows.
CREATE INDEX child_category_region ON child_category (category, region, level, due, child) WHERE ended = '';
