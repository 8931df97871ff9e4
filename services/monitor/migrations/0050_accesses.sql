-- Who looked at whose data, in which register, why, and what came back (X15, X16); and the checks of purpose that owners of
-- registers opened. Both follow from the journal and can be made anew from it.

-- One row for each question that was put to a register.
CREATE TABLE accesses (
    -- id of the fact `query-made`
    access_id   uuid        PRIMARY KEY,
    message_id  uuid        NOT NULL,
    number      text        NOT NULL,
    -- whose data it is: IIN or BIN; none where nobody kept it
    subject     text,
    register    text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    -- the official or system that asked, the system it asked through, why, and where the consent is
    operator    text        NOT NULL,
    participant text,
    purpose     text        NOT NULL,
    consent     text        NOT NULL,
    application text,
    -- none while there is no answer; false: the register knows nothing
    answered_at timestamptz,
    found       boolean,
    -- names of what came back, never values
    fields      json,
    cached      boolean,
    source_at   timestamptz,
    -- the last try that failed, while there is no answer
    failed_at   timestamptz,
    failed_code text
);

CREATE INDEX accesses_subject ON accesses (subject, asked_at DESC, access_id DESC) WHERE subject IS NOT NULL;
CREATE INDEX accesses_register ON accesses (register, asked_at DESC, access_id DESC);

-- Queries told before this table was made: whom they were about the messages know.
INSERT INTO accesses (access_id, message_id, number, subject, register, asked_at, operator, participant, purpose,
                      consent, application, answered_at, found)
SELECT j.fact_id, j.message_id, j.number, m.applicant_number, j.detail->>'register', j.at, j.detail->>'operator',
       m.sender, j.detail->>'purpose', j.detail->>'consent', j.number, e.at, e.found
FROM journal j
LEFT JOIN messages m ON m.message_id = j.message_id
LEFT JOIN LATERAL (
    SELECT min(at) AS at, bool_or(name = 'enriched') AS found FROM journal e
    WHERE e.number = j.number AND e.message_id = j.message_id
      AND (e.name = 'enriched' AND e.detail->>'register' = j.detail->>'register'
           OR e.name = 'refused' AND e.lane = 'registry.' || (j.detail->>'register'))
) AS e ON true
WHERE j.name = 'query-made' AND j.message_id IS NOT NULL;

-- One row for each check of the purpose of an access (X15).
CREATE TABLE checks (
    -- id of the fact `check-opened`
    check_id    uuid        PRIMARY KEY,
    access_id   uuid        NOT NULL,
    register    text        NOT NULL,
    opened_by   text        NOT NULL,
    question    text        NOT NULL,
    opened_at   timestamptz NOT NULL,
    -- until when the organisation that asked has to answer
    due_at      timestamptz NOT NULL,
    answered_by text,
    answer      text,
    answered_at timestamptz,
    closed_by   text,
    outcome     text,
    note        text,
    closed_at   timestamptz
);

CREATE INDEX checks_access ON checks (access_id);
CREATE INDEX checks_opened ON checks (opened_at DESC, check_id DESC);
CREATE INDEX checks_due ON checks (due_at) WHERE answered_at IS NULL AND closed_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON accesses, checks TO kezek_monitor;
