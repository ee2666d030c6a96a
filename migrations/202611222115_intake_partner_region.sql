-- +goose Up

-- A system that sends orders belongs to those who admitted it: to their county,
-- or with '' to the whole installation, as all do that were admitted before
-- where more than one county is served.
ALTER TABLE intake_partner ADD COLUMN region TEXT NOT NULL DEFAULT '';
UPDATE intake_partner SET region = COALESCE((SELECT min(p.region) FROM auth_post p WHERE p.role = 'security_admin' HAVING count(DISTINCT p.region) = 1), '');
