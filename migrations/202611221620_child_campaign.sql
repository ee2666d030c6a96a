-- +goose Up
-- The campaign of screening in which something was entered of the child last: whoever bears it has an answer there, so that
-- who is missing in a village is told by its index alone.
ALTER TABLE child ADD COLUMN campaign BIGINT NOT NULL DEFAULT 0;
UPDATE child SET campaign = (SELECT max(a.campaign) FROM screening_answer a WHERE a.child = child.id) WHERE id IN (SELECT a.child FROM screening_answer a);
DROP INDEX child_region;
CREATE INDEX child_region ON child (region, level, due, id, campaign) WHERE state = 'open';
