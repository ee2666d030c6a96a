-- +goose Up
-- People with an account. Rows are never deleted: the journal and the duties point at them.
CREATE TABLE auth_user (
    id          BIGINT PRIMARY KEY,
    login       TEXT NOT NULL UNIQUE,      -- lower case
    name        TEXT NOT NULL,
    phone       BYTEA NOT NULL,            -- sealed by the vault, group user/<id>
    phone_index BYTEA NOT NULL,            -- blind index of the phone; empty without one
    state       TEXT NOT NULL,             -- active, disabled
    activation  TEXT NOT NULL,             -- '' none; 'due' the next password needs a code from the security administrator; else that code's digest
    created     BIGINT NOT NULL,
    created_by  BIGINT NOT NULL
);
CREATE INDEX auth_user_phone ON auth_user (phone_index);

-- Passwords: the newest of a person counts, older ones bar their reuse.
CREATE TABLE auth_password (
    id        BIGINT PRIMARY KEY,
    holder    BIGINT NOT NULL,
    hash      TEXT NOT NULL,               -- argon2id in PHC form
    made      BIGINT NOT NULL,
    temporary BIGINT NOT NULL              -- 1: given out by somebody else, must be changed at login
);
CREATE INDEX auth_password_holder ON auth_password (holder, id);

-- The second factor of a person: a time-based one-time code.
CREATE TABLE auth_factor (
    holder    BIGINT PRIMARY KEY,
    secret    BYTEA NOT NULL,              -- sealed by the vault, group user/<id>
    confirmed BIGINT NOT NULL,             -- 0: offered and not yet confirmed by a code
    last_step BIGINT NOT NULL              -- step of the last code taken: a code works once
);

-- Recovery codes that replace the second factor once each.
CREATE TABLE auth_recovery (
    digest BYTEA PRIMARY KEY,              -- keyed digest
    holder BIGINT NOT NULL,
    used   BIGINT NOT NULL
);
CREATE INDEX auth_recovery_holder ON auth_recovery (holder);

-- Sessions of all processes on this database.
CREATE TABLE auth_session (
    digest  BYTEA PRIMARY KEY,             -- digest of the token in the cookie, so that a copy of the table opens nothing
    holder  BIGINT NOT NULL,
    stage   TEXT NOT NULL,                 -- code, change, enrol: login is not complete; full
    post    BIGINT NOT NULL,               -- post under which the person works; 0 = the first
    started BIGINT NOT NULL,               -- the absolute limit counts from here
    seen    BIGINT NOT NULL                -- last request, up to half a minute late
);
CREATE INDEX auth_session_holder ON auth_session (holder, started);

-- Failed tries by what was tried from where; the key is a keyed digest, no address is stored.
CREATE TABLE auth_failure (
    subject BYTEA PRIMARY KEY,
    tries   BIGINT NOT NULL,
    latest  BIGINT NOT NULL,
    until   BIGINT NOT NULL                -- locked until
);

-- Posts 「岗位」: a person's role in a unit and region for a time.
CREATE TABLE auth_post (
    id           BIGINT PRIMARY KEY,
    holder       BIGINT NOT NULL,
    unit         BIGINT NOT NULL,
    region       TEXT NOT NULL,            -- 12 digits
    role         TEXT NOT NULL,
    starts       TEXT NOT NULL,            -- first day
    ends         TEXT NOT NULL,            -- last day, '' = open
    state        TEXT NOT NULL,            -- requested, granted, refused, ended
    requested_by BIGINT NOT NULL,
    requested_at BIGINT NOT NULL,
    granted_by   BIGINT NOT NULL,          -- who granted or refused; 0 = nobody yet
    granted_at   BIGINT NOT NULL,
    ended_by     BIGINT NOT NULL,
    ended_at     BIGINT NOT NULL,
    reason       TEXT NOT NULL,            -- of refusing or ending
    stamp        TEXT NOT NULL             -- keyed over all columns above: an edited row does not count
);
CREATE INDEX auth_post_holder ON auth_post (holder, id);
CREATE INDEX auth_post_unit ON auth_post (unit, role);
CREATE INDEX auth_post_region ON auth_post (region, role);
CREATE INDEX auth_post_requested ON auth_post (id) WHERE state = 'requested';
