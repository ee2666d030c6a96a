-- +goose Up
UPDATE child SET waits = ' ' || (SELECT string_agg(h.kind || '=' || h.due, ' ' ORDER BY h.kind COLLATE "C") FROM assessment_care h WHERE h.child = child.id AND h.state = 'open' AND h.apart = 0) || ' '
WHERE id IN (SELECT h.child FROM assessment_care h WHERE h.state = 'open' AND h.apart = 0);
