-- +goose Up
INSERT INTO child_wait (region, due, kind, categories, n)
WITH p AS (
    SELECT c.id, c.region AS place, c.categories FROM child c WHERE c.state = 'open' AND c.categories <> ''
    UNION ALL SELECT c.id, c.town || '000', c.categories FROM child c WHERE c.state = 'open' AND c.categories <> '' AND c.region <> c.town || '000'
    UNION ALL SELECT c.id, c.county || '000000', c.categories FROM child c WHERE c.state = 'open' AND c.categories <> '' AND c.town <> c.county || '000'
)
SELECT p.place, '', '', p.categories, count(*) FROM p GROUP BY p.place, p.categories
UNION ALL SELECT p.place, '', h.kind, p.categories, count(*) FROM p JOIN assessment_care h ON h.child = p.id AND h.state = 'open' AND h.apart = 0 GROUP BY p.place, h.kind, p.categories
UNION ALL SELECT p.place, h.due, h.kind, p.categories, count(*) FROM p JOIN assessment_care h ON h.child = p.id AND h.state = 'open' AND h.apart = 0 GROUP BY p.place, h.due, h.kind, p.categories;
