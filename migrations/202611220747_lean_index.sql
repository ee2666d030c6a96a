-- +goose Up
-- Fewer and better indexes: every write pays for each of them.
-- Entries that are not sealed have block 0 and stand first in audit_entry_block.
DROP INDEX audit_entry_open;
-- The sweep reads duty_next up to now; re-evaluation reads it alone, in groups
-- that share due, level and ladder, and moves a group by it.
DROP INDEX duty_next;
CREATE INDEX duty_next ON duty (next, due, level, ladder, id) WHERE next > 0;
-- Open duties whose ladder has no rung left: looked at when a ladder grows.
CREATE INDEX duty_spent ON duty (due, level, ladder, id) WHERE next = 0 AND state = 'open' AND paused = 0;
