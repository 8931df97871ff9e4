-- Steps under way and when their time is over (X17), and the outages that stop their clocks (X12). Both follow from the
-- journal, the regulations and the calendar, and can be made anew from them.

-- When the outside system of a lane was away.
CREATE TABLE outages (
    lane      text        NOT NULL,
    code      text        NOT NULL,
    closed_at timestamptz NOT NULL,
    -- none while it lasts
    opened_at timestamptz CHECK (opened_at >= closed_at),
    PRIMARY KEY (lane, closed_at)
);

CREATE INDEX outages_open ON outages (lane) WHERE opened_at IS NULL;

INSERT INTO outages (lane, code, closed_at, opened_at)
SELECT lane, coalesce(detail->>'code', ''), at,
       (SELECT min(o.at) FROM journal o WHERE o.lane = j.lane AND o.name = 'lane-opened' AND o.at >= j.at)
FROM (SELECT lane, detail, at, name, lag(name) OVER (PARTITION BY lane ORDER BY at, position) AS before
      FROM journal WHERE name IN ('lane-closed', 'lane-opened')) AS j
WHERE name = 'lane-closed' AND before IS DISTINCT FROM 'lane-closed'
ON CONFLICT DO NOTHING;

-- One row for each step that is under way; gone when the step ends.
CREATE TABLE deadlines (
    number        text        NOT NULL,
    step          integer     NOT NULL,
    service       text        NOT NULL,
    began_at      timestamptz NOT NULL,
    -- the first warning and the end, moved by the pauses that are over; none where the calendar does not reach
    near_at       timestamptz,
    due_at        timestamptz,
    -- since when its time stands still, why, and for which lane it waits
    paused_since  timestamptz,
    pause_reason  text,
    waits_for     text,
    -- the highest part of the time that was told: 0, a warning's percent, 100
    told_percent  integer     NOT NULL,
    -- when the clock has to look at it; none where nothing is left to tell, or while its time stands still
    next_at       timestamptz,
    -- that somebody is told may end it
    awaits_notice boolean     NOT NULL,
    -- until then one clock is at work on it, and no other takes it
    claimed_until timestamptz,
    PRIMARY KEY (number, step)
);

CREATE INDEX deadlines_next ON deadlines (next_at, number, step) WHERE next_at IS NOT NULL;
CREATE INDEX deadlines_near ON deadlines (near_at) WHERE paused_since IS NULL;
CREATE INDEX deadlines_due ON deadlines (due_at) WHERE paused_since IS NULL;
CREATE INDEX deadlines_waiting ON deadlines (waits_for) WHERE waits_for IS NOT NULL;

-- By which regulations and calendar the rows were made; others make them anew.
CREATE TABLE deadline_rules (
    one         boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint text    NOT NULL
);

INSERT INTO deadline_rules (fingerprint) VALUES ('');

GRANT SELECT, INSERT, UPDATE, DELETE ON deadlines TO kezek_monitor;
GRANT SELECT, INSERT, UPDATE ON outages TO kezek_monitor;
GRANT SELECT, UPDATE ON deadline_rules TO kezek_monitor;
