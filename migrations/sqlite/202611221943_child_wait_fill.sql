-- +goose Up
UPDATE child SET waits = ' ' || (SELECT group_concat(h.kind || '=' || h.due, ' ' ORDER BY h.kind) FROM assessment_care h WHERE h.child = child.id AND h.state = 'open' AND h.apart = 0) || ' '
WHERE id IN (SELECT h.child FROM assessment_care h WHERE h.state = 'open' AND h.apart = 0);
