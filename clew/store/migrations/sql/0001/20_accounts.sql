-- Agencies, officers, sessions, and who the viewer of a transaction is.
CREATE SCHEMA IF NOT EXISTS clew;
REVOKE ALL ON SCHEMA clew FROM PUBLIC;
GRANT USAGE ON SCHEMA clew TO clew_app, clew_door, clew_system;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE clew.agencies (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{1,30}$'),
    name text NOT NULL,
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    kind text NOT NULL CHECK (kind IN ('unit', 'bureau', 'coordination')),
    contact text NOT NULL DEFAULT '',
    wrapped_key bytea NOT NULL,
    cut_off_at timestamptz,
    reveal_limit integer NOT NULL DEFAULT 0 CHECK (reveal_limit >= 0),
    made_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE clew.officers (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    login text NOT NULL UNIQUE CHECK (login = lower(login) AND length(login) BETWEEN 2 AND 80),
    full_name text NOT NULL,
    roles text[] NOT NULL DEFAULT '{}',
    password_hash text,
    totp_sealed bytea,
    totp_step bigint NOT NULL DEFAULT 0,
    enrolment_hash bytea,
    enrolment_ends timestamptz,
    failed_tries integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    suspended_at timestamptz,
    language text NOT NULL DEFAULT 'en',
    mode text NOT NULL DEFAULT 'safe' CHECK (mode IN ('none', 'safe', 'full')),
    made_at timestamptz NOT NULL DEFAULT now(),
    -- Lets an event bind password and one-time-code secret without showing either.
    credentials_hash bytea GENERATED ALWAYS AS
        (sha256(coalesce(password_hash, '')::bytea || coalesce(totp_sealed, ''::bytea))) STORED,
    CONSTRAINT known_roles CHECK (roles <@ ARRAY['investigator', 'analyst', 'agency_administrator',
        'auditor', 'system_administrator', 'biometric']),
    -- The system administrator can hold no other role, and so can see nothing.
    CONSTRAINT administrator_stands_alone CHECK
        (NOT 'system_administrator' = ANY (roles) OR cardinality(roles) = 1)
);
CREATE INDEX officers_agency ON clew.officers (agency_id);

CREATE TABLE clew.sessions (
    id uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    token_hash bytea NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('web', 'command-line')),
    address text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    idle_minutes integer NOT NULL,
    ends_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_officer ON clew.sessions (officer_id);

-- Signs the viewer of a transaction; nobody but the owner's functions can read it.
CREATE TABLE clew.viewer_secret (single boolean PRIMARY KEY DEFAULT true CHECK (single), secret bytea NOT NULL);
INSERT INTO clew.viewer_secret (secret)
SELECT sha256(convert_to(string_agg(gen_random_uuid()::text, ''), 'UTF8')) FROM generate_series(1, 4);

-- Keyed hash of the claims, bound to this backend and this transaction: a copied setting opens nothing else.
CREATE FUNCTION clew.claims_mac(claims text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    RETURN (SELECT encode(sha256(s.secret || sha256(s.secret || convert_to(
        claims || '|' || pg_backend_pid() || '|' || extract(epoch FROM transaction_timestamp()), 'UTF8'))), 'hex')
        FROM clew.viewer_secret s);
END $$;
REVOKE EXECUTE ON FUNCTION clew.claims_mac(text) FROM PUBLIC;

-- Check a session token and make its officer the viewer of this transaction. No row: nobody is logged in.
CREATE FUNCTION clew.open_session(token bytea)
RETURNS TABLE (session_id uuid, officer_id uuid, agency_id uuid, agency_code text, country text,
               login text, roles text[], language text, mode text, kind text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE officer record; claims text;
BEGIN
    SELECT s.id AS session, s.seen_at, s.kind AS session_kind, o.*, a.code, a.country AS land INTO officer
    FROM clew.sessions s JOIN clew.officers o ON o.id = s.officer_id JOIN clew.agencies a ON a.id = o.agency_id
    WHERE s.token_hash = sha256(token) AND s.revoked_at IS NULL AND s.ends_at > now()
      AND s.seen_at + make_interval(mins => s.idle_minutes) > now()
      AND o.suspended_at IS NULL AND a.cut_off_at IS NULL;
    IF NOT FOUND THEN
        PERFORM set_config('clew.viewer', '', true);
        RETURN;
    END IF;
    -- Written at most once a minute, so that reading stays cheap.
    IF officer.seen_at < now() - interval '1 minute' THEN
        UPDATE clew.sessions SET seen_at = now() WHERE id = officer.session;
    END IF;
    claims := officer.id || '|' || officer.agency_id || '|' || officer.land || '|' ||
              array_to_string(officer.roles, ',') || '|' || officer.session;
    PERFORM set_config('clew.viewer', claims || '|' || clew.claims_mac(claims), true);
    RETURN QUERY SELECT officer.session, officer.id, officer.agency_id, officer.code, officer.land,
                        officer.login, officer.roles, officer.language, officer.mode, officer.session_kind;
END $$;
REVOKE EXECUTE ON FUNCTION clew.open_session(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.open_session(bytea) TO clew_app, clew_door;

-- The verified claims of this transaction's viewer: officer, agency, country, roles, session; NULL for nobody.
CREATE FUNCTION clew.viewer_claims() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE said text := current_setting('clew.viewer', true); parts text[];
BEGIN
    IF said IS NULL OR said = '' THEN RETURN NULL; END IF;
    parts := string_to_array(said, '|');
    IF cardinality(parts) <> 6 OR clew.claims_mac(array_to_string(parts[1:5], '|')) <> parts[6] THEN
        RETURN NULL;
    END IF;
    RETURN parts[1:5];
END $$;
CREATE FUNCTION clew.viewer_officer() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT (clew.viewer_claims())[1]::uuid $$;
CREATE FUNCTION clew.viewer_agency() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT (clew.viewer_claims())[2]::uuid $$;
CREATE FUNCTION clew.viewer_country() RETURNS text LANGUAGE sql STABLE AS
    $$ SELECT (clew.viewer_claims())[3] $$;
CREATE FUNCTION clew.viewer_has_role(role text) RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT coalesce(role = ANY (string_to_array((clew.viewer_claims())[4], ',')), false) $$;
CREATE FUNCTION clew.viewer_session() RETURNS uuid LANGUAGE sql STABLE AS
    $$ SELECT (clew.viewer_claims())[5]::uuid $$;
CREATE FUNCTION clew.viewer_reads() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT clew.viewer_has_role('investigator') OR clew.viewer_has_role('analyst') $$;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.viewer_claims(), clew.viewer_officer(), clew.viewer_agency(),
    clew.viewer_country(), clew.viewer_has_role(text), clew.viewer_session(), clew.viewer_reads()
    TO clew_app, clew_system;

-- What logging in needs before there is a viewer, for the door's own login alone: whoever may ask as the web can neither
-- read a hash nor open a session without a token. Returns secrets sealed or hashed, one officer at a time.
CREATE FUNCTION clew.login_row(of_login text)
RETURNS TABLE (id uuid, agency_id uuid, password_hash text, totp_sealed bytea, totp_step bigint,
               enrolment_hash bytea, enrolment_ends timestamptz, locked_until timestamptz, active boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT o.id, o.agency_id, o.password_hash, o.totp_sealed, o.totp_step, o.enrolment_hash, o.enrolment_ends,
           o.locked_until, o.suspended_at IS NULL AND a.cut_off_at IS NULL
    FROM clew.officers o JOIN clew.agencies a ON a.id = o.agency_id
    WHERE o.login = lower(of_login) FOR UPDATE OF o
$$;

-- Count a failed try; from the fifth on the account rests, longer each time, at most an hour.
CREATE FUNCTION clew.login_failed(officer uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    UPDATE clew.officers SET failed_tries = failed_tries + 1,
        locked_until = CASE WHEN failed_tries >= 4
            THEN now() + make_interval(secs => least(3600, 15 * power(2, failed_tries - 4))) END
    WHERE id = officer
$$;

-- Open a session after password and code were right; a code's step is used once, whatever races.
CREATE FUNCTION clew.login_done(officer uuid, step bigint, session uuid, token bytea, session_kind text,
                                from_address text, idle integer, hours integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    UPDATE clew.officers SET totp_step = step, failed_tries = 0, locked_until = NULL
    WHERE id = officer AND totp_step < step AND suspended_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO clew.sessions (id, officer_id, token_hash, kind, address, idle_minutes, ends_at)
    VALUES (session, officer, sha256(token), session_kind, from_address, idle, now() + make_interval(hours => hours));
    RETURN true;
END $$;

-- Set password and one-time-code secret against a live enrolment code, once.
CREATE FUNCTION clew.enrol_done(officer uuid, code bytea, new_password_hash text, new_totp bytea, step bigint)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    UPDATE clew.officers SET password_hash = new_password_hash, totp_sealed = new_totp, totp_step = step,
        enrolment_hash = NULL, enrolment_ends = NULL, failed_tries = 0, locked_until = NULL
    WHERE id = officer AND enrolment_hash = sha256(code) AND enrolment_ends > now() AND suspended_at IS NULL;
    IF NOT FOUND THEN RETURN false; END IF;
    UPDATE clew.sessions SET revoked_at = now() WHERE officer_id = officer AND revoked_at IS NULL;
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION clew.login_row(text), clew.login_failed(uuid),
    clew.login_done(uuid, bigint, uuid, bytea, text, text, integer, integer),
    clew.enrol_done(uuid, bytea, text, bytea, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.login_row(text), clew.login_failed(uuid),
    clew.login_done(uuid, bigint, uuid, bytea, text, text, integer, integer),
    clew.enrol_done(uuid, bytea, text, bytea, bigint) TO clew_door;

GRANT SELECT (id, code, name, country, kind, contact, cut_off_at, reveal_limit, made_at, wrapped_key),
    INSERT, UPDATE (name, contact, cut_off_at, reveal_limit) ON clew.agencies TO clew_app;
GRANT SELECT (id, agency_id, login, full_name, roles, suspended_at, language, mode, made_at, enrolment_ends, locked_until),
    INSERT, UPDATE (full_name, roles, suspended_at, language, mode, enrolment_hash, enrolment_ends, password_hash,
    totp_sealed, locked_until, failed_tries) ON clew.officers TO clew_app;
GRANT SELECT (id, officer_id, kind, address, made_at, seen_at, ends_at, revoked_at), UPDATE (revoked_at)
    ON clew.sessions TO clew_app;
GRANT SELECT (id, code, name, country, kind, wrapped_key, cut_off_at) ON clew.agencies TO clew_system;
GRANT SELECT (id, agency_id, roles, suspended_at) ON clew.officers TO clew_system;
GRANT SELECT (id, officer_id, revoked_at, ends_at) ON clew.sessions TO clew_system;
