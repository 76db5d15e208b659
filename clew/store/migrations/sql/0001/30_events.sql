-- The event log: append-only events, the one-row state of their RFC 6962 tree, and its signed heads.
-- The app appends; the sequencer (clew_system) numbers committed events; nobody changes or removes one.

-- Order of arrival: unlike a clock it never runs backwards, and it is emptied once an event has its number.
CREATE SEQUENCE clew.event_arrivals;

CREATE TABLE clew.events (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL,
    verb text NOT NULL CHECK (verb <> ''),
    officer_id uuid,
    agency_id uuid,
    case_id uuid,
    owner_agency_id uuid,
    subject text NOT NULL DEFAULT '',
    purpose text NOT NULL DEFAULT '',
    payload jsonb,
    salt bytea,
    commitment bytea NOT NULL CHECK (length(commitment) = 32),
    seal bytea NOT NULL CHECK (length(seal) = 32),
    seq bigint UNIQUE CHECK (seq > 0),
    arrival bigint DEFAULT nextval('clew.event_arrivals')
);
CREATE INDEX events_waiting ON clew.events (arrival) WHERE seq IS NULL;
CREATE INDEX events_latest ON clew.events (at, id);  -- an auditor's list
CREATE INDEX events_agency ON clew.events (agency_id, at);
CREATE INDEX events_case ON clew.events (case_id, at);
CREATE INDEX events_officer ON clew.events (officer_id, verb, at);
CREATE INDEX events_erasing ON clew.events (at) WHERE verb = 'erase';

CREATE TABLE clew.event_tree (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    size bigint NOT NULL CHECK (size >= 0),
    peaks bytea NOT NULL
);
INSERT INTO clew.event_tree (size, peaks) VALUES (0, '');

CREATE TABLE clew.event_heads (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL,
    at timestamptz NOT NULL,
    previous bytea NOT NULL,
    signer bytea NOT NULL,
    signature bytea NOT NULL
);

ALTER TABLE clew.events ENABLE ROW LEVEL SECURITY;
ALTER TABLE clew.events FORCE ROW LEVEL SECURITY;
ALTER TABLE clew.event_tree ENABLE ROW LEVEL SECURITY;
ALTER TABLE clew.event_tree FORCE ROW LEVEL SECURITY;
ALTER TABLE clew.event_heads ENABLE ROW LEVEL SECURITY;
ALTER TABLE clew.event_heads FORCE ROW LEVEL SECURITY;

-- Appending. With a viewer, nobody writes an event in another officer's name; without one (a failed login)
-- the row is still sealed with a key the database does not hold.
GRANT INSERT (id, at, verb, officer_id, agency_id, case_id, owner_agency_id, subject, purpose, payload, salt,
    commitment, seal) ON clew.events TO clew_app, clew_system;
GRANT INSERT (id, at, verb, officer_id, agency_id, case_id, owner_agency_id, subject, purpose, payload, salt,
    commitment, seal) ON clew.events TO clew_door;
GRANT USAGE ON SEQUENCE clew.event_arrivals TO clew_app, clew_door, clew_system;
CREATE POLICY events_append_door ON clew.events FOR INSERT TO clew_door
    WITH CHECK (verb IN ('log_in', 'log_in_failed', 'enrol', 'enrol_failed'));
CREATE POLICY events_append ON clew.events FOR INSERT TO clew_app WITH CHECK (
    (SELECT clew.viewer_officer()) IS NULL
    OR (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())));
CREATE POLICY events_append_jobs ON clew.events FOR INSERT TO clew_system WITH CHECK (true);

-- Reading: an agency's administrator its own agency's events, an auditor all; salts and seals never.
GRANT SELECT (id, at, verb, officer_id, agency_id, case_id, owner_agency_id, subject, purpose, payload, seq)
    ON clew.events TO clew_app;
CREATE POLICY events_read ON clew.events FOR SELECT TO clew_app USING (
    (SELECT clew.viewer_has_role('auditor'))
    OR ((SELECT clew.viewer_has_role('agency_administrator')) AND agency_id = (SELECT clew.viewer_agency())));
GRANT SELECT ON clew.event_heads TO clew_app;
CREATE POLICY heads_read ON clew.event_heads FOR SELECT TO clew_app
    USING ((SELECT clew.viewer_has_role('auditor')));

-- The sequencer: a number once, never another; heads are only added.
GRANT SELECT ON clew.events, clew.event_tree, clew.event_heads TO clew_system;
GRANT UPDATE (seq, arrival) ON clew.events TO clew_system;
GRANT UPDATE (size, peaks) ON clew.event_tree TO clew_system;
GRANT INSERT ON clew.event_heads TO clew_system;
CREATE POLICY events_check ON clew.events FOR SELECT TO clew_system USING (true);
CREATE POLICY events_number ON clew.events FOR UPDATE TO clew_system
    USING (seq IS NULL) WITH CHECK (seq IS NOT NULL AND arrival IS NULL);
CREATE POLICY tree_state ON clew.event_tree TO clew_system USING (true) WITH CHECK (true);
CREATE POLICY heads_check ON clew.event_heads FOR SELECT TO clew_system USING (true);
CREATE POLICY heads_append ON clew.event_heads FOR INSERT TO clew_system WITH CHECK (true);

-- The owner's functions below and `clew audit verify`.
CREATE POLICY events_owner_reads ON clew.events FOR SELECT TO clew_owner USING (true);
CREATE POLICY events_owner_erases ON clew.events FOR UPDATE TO clew_owner USING (true)
    WITH CHECK (payload IS NULL AND salt IS NULL);
CREATE POLICY tree_owner_reads ON clew.event_tree FOR SELECT TO clew_owner USING (true);
CREATE POLICY heads_owner_reads ON clew.event_heads FOR SELECT TO clew_owner USING (true);

-- How often the viewer himself did a verb since a moment: what limits are counted on.
CREATE FUNCTION clew.my_events(done text, since timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT count(*) FROM clew.events
    WHERE officer_id = clew.viewer_officer() AND verb = done AND at >= since
$$;

-- Empty what events say, as far as the `erase` event `because` names them; their leaves stay.
CREATE FUNCTION clew.erase_events(erased uuid[], because uuid) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    WITH done AS (
        UPDATE clew.events e SET payload = NULL, salt = NULL, subject = '', purpose = ''
        FROM clew.events b
        WHERE b.id = because AND b.verb = 'erase' AND e.id = ANY (erased) AND e.verb <> 'erase'
          AND b.payload -> 'detail' -> 'events' ? e.id::text
        RETURNING 1)
    SELECT count(*) FROM done
$$;
REVOKE EXECUTE ON FUNCTION clew.my_events(text, timestamptz), clew.erase_events(uuid[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.my_events(text, timestamptz) TO clew_app;
GRANT EXECUTE ON FUNCTION clew.erase_events(uuid[], uuid) TO clew_system;
