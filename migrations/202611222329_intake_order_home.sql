-- +goose Up

-- Whose hotline sent an order: it gets the result wherever the place of the order lies.
ALTER TABLE intake_order ADD COLUMN home TEXT NOT NULL DEFAULT ''; -- county, or division above it; '' = of before, or of the whole installation
