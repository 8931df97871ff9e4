-- Indexes of what people look for: the list (newest first, by key), open applications, what is set aside.

CREATE INDEX applications_received ON applications (received_at DESC, number DESC);
CREATE INDEX applications_status_received ON applications (status, received_at, number);
CREATE INDEX applications_of ON applications (service, channel, received_at DESC, number DESC);
DROP INDEX applications_status;

CREATE INDEX journal_parked ON journal (message_id, at DESC, position DESC)
    WHERE name IN ('parked', 'released') AND message_id IS NOT NULL;
