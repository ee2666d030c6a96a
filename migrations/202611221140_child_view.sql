-- +goose Up
-- A way to look at a ledger that somebody kept under a name 「常用视图」: conditions, order, grouping, columns.
CREATE TABLE child_view (
    id       BIGINT PRIMARY KEY,
    name     TEXT NOT NULL,                 -- at most 20 characters; never a child's name
    query    TEXT NOT NULL,                 -- the conditions as an address writes them
    shared   BIGINT NOT NULL,               -- 1 = the whole unit sees it
    owner    BIGINT NOT NULL,
    by_name  TEXT NOT NULL,
    unit     BIGINT NOT NULL,
    made     BIGINT NOT NULL
);
CREATE INDEX child_view_owner ON child_view (owner, id);
CREATE INDEX child_view_unit ON child_view (unit, id) WHERE shared = 1;
