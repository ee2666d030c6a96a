-- +goose Up
-- A decision of a conference need not be carried out any more: its duty was waived 「免除」.
ALTER TABLE casework_decision ADD COLUMN waived BIGINT NOT NULL DEFAULT 0;
