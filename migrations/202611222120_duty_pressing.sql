-- +goose Up
-- What concerns a child in danger stands before everything else, however late that is.
ALTER TABLE duty ADD COLUMN pressing BIGINT NOT NULL DEFAULT 0; -- 1 = an emergency 紧急
UPDATE duty SET pressing = 1 WHERE state = 'open' AND (title LIKE '【紧急】%' OR kind = 'emergency.step' AND ladder = 'hours');
CREATE INDEX duty_pressing ON duty (unit, pressing, due, id) WHERE state = 'open' AND pressing = 1;
