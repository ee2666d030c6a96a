-- +goose Up

-- A receipt is the serial of its report, enciphered: nothing stored tells it,
-- and new reports stand beside each other in the index. Receipts that were
-- drawn and kept as keyed hashes before are known no more.
ALTER TABLE intake_report ADD COLUMN serial BIGINT NOT NULL DEFAULT 0; -- milliseconds since 2024 with a lot; negative: of before
UPDATE intake_report SET serial = -id;
DROP INDEX intake_report_receipt;
ALTER TABLE intake_report DROP COLUMN receipt;
CREATE UNIQUE INDEX intake_report_serial ON intake_report (serial);

ALTER TABLE intake_key RENAME COLUMN draw TO serial;
