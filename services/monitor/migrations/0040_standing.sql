-- In which lane each message stands, and since when: follows from the stream, entry by entry. It holds only what is
-- under way, and what entered its lane before this table was made is seen here from its next step on.

CREATE TABLE standing (
    message_id uuid        PRIMARY KEY,
    lane       text        NOT NULL,
    since      timestamptz NOT NULL
);

CREATE INDEX standing_oldest ON standing (lane, since);

GRANT SELECT, INSERT, UPDATE, DELETE ON standing TO kezek_monitor;
