-- +goose Up
-- A public event holds in the places that it names 「涉及的地方」, of the division that declared it: a row each, that division itself where it
-- names none.
CREATE TABLE casework_event_place (
    contingency BIGINT NOT NULL,
    region      TEXT NOT NULL,
    PRIMARY KEY (contingency, region)
);
INSERT INTO casework_event_place (contingency, region) SELECT id, region FROM casework_contingency;
