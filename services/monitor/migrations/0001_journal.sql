-- The journal and what is kept beside it for ever (X3, X11). Rows are appended by one writer and never changed: the
-- role kezek_monitor may not, a trigger refuses it to everybody else, and the chain of hashes finds it all the same.

-- Made here on a fresh machine; where a database administrator made the role before, nothing happens.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'kezek_monitor') THEN
        CREATE ROLE kezek_monitor LOGIN;
    END IF;
END
$$;

-- What happened, in the order of the stream. `position` has no gaps.
CREATE TABLE journal (
    position       bigint      PRIMARY KEY CHECK (position > 0),
    fact_id        uuid        NOT NULL UNIQUE,
    name           text        NOT NULL,
    -- what it is about: a message and its application's number, or a lane
    message_id     uuid,
    number         text,
    lane           text,
    -- when it happened (UTC; shown in Asia/Almaty, X13) and which service says so
    at             timestamptz NOT NULL,
    by             text        NOT NULL,
    -- type json keeps the text to the byte, and the hash is made of these bytes
    detail         json        NOT NULL,
    stream_offset  bigint      NOT NULL,
    -- of the message, on the one row that brought it
    content_hash   bytea       CHECK (octet_length(content_hash) = 32),
    previous_hash  bytea       NOT NULL CHECK (octet_length(previous_hash) = 32),
    hash           bytea       NOT NULL CHECK (octet_length(hash) = 32),
    CHECK ((message_id IS NULL) = (number IS NULL)),
    CHECK (message_id IS NOT NULL OR lane IS NOT NULL)
);

CREATE INDEX journal_number ON journal (number, position) WHERE number IS NOT NULL;
CREATE INDEX journal_lane_state ON journal (lane, position) WHERE name IN ('lane-closed', 'lane-opened');

-- Every message once, as it came (X3): the document and its signatures to the byte.
CREATE TABLE messages (
    message_id         uuid        PRIMARY KEY,
    number             text        NOT NULL,
    kind               text        NOT NULL,
    service            text        NOT NULL,
    channel            text        NOT NULL,
    sender             text        NOT NULL,
    sender_reference   text        NOT NULL,
    received_at        timestamptz NOT NULL,
    -- who applied and how he is told; personal data, kept nowhere else
    applicant_number   text,
    applicant_name     text,
    applicant_email    text,
    applicant_phone    text,
    applicant_language text,
    -- the provider that a report comes from
    provider           text,
    media_type         text        NOT NULL,
    document           bytea       NOT NULL,
    document_sha256    bytea       NOT NULL CHECK (octet_length(document_sha256) = 32),
    -- hash, name, type and size of each file in the object store
    attachments        json        NOT NULL
);

CREATE INDEX messages_number ON messages (number);
CREATE INDEX messages_applicant ON messages (applicant_number) WHERE applicant_number IS NOT NULL;

CREATE TABLE signatures (
    message_id uuid     NOT NULL REFERENCES messages,
    ordinal    integer  NOT NULL CHECK (ordinal >= 0),
    format     text     NOT NULL,
    content    bytea    NOT NULL,
    PRIMARY KEY (message_id, ordinal)
);

-- Entries of the stream that are no event of ours: noted, so that they neither stop the journal nor vanish.
CREATE TABLE unreadable (
    stream_offset bigint      PRIMARY KEY,
    noted_at      timestamptz NOT NULL DEFAULT now(),
    why           text        NOT NULL,
    bytes_count   bigint      NOT NULL,
    sha256        bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    -- the first bytes, to tell what it was
    head          bytea       NOT NULL
);

-- Which result decided an application: the first one, and no other (X7).
CREATE TABLE settlements (
    number      text        PRIMARY KEY,
    message_id  uuid        NOT NULL,
    provider    text        NOT NULL,
    outcome     text        NOT NULL,
    received_at timestamptz NOT NULL
);

-- Where each application stands: follows from the journal and can be made anew from it.
CREATE TABLE applications (
    number      text        PRIMARY KEY,
    message_id  uuid        NOT NULL,
    service     text        NOT NULL,
    channel     text        NOT NULL,
    status      text        NOT NULL,
    provider    text,
    received_at timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);

CREATE INDEX applications_status ON applications (status, updated_at);

-- The next entry of the stream to read; moves in the transaction that stores what was read.
CREATE TABLE reading (
    stream      text   PRIMARY KEY,
    next_offset bigint NOT NULL CHECK (next_offset >= 0)
);

INSERT INTO reading (stream, next_offset) VALUES ('journal', 0);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON messages
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signatures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON unreadable
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON settlements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT ON journal, messages, signatures, unreadable, settlements TO kezek_monitor;
GRANT SELECT, INSERT, UPDATE ON applications TO kezek_monitor;
GRANT SELECT, UPDATE ON reading TO kezek_monitor;
