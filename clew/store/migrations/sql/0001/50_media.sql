-- Contributions, exhibits and the content behind them.
CREATE TABLE clew.contributions (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES clew.cases,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    source text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    withdrawn_at timestamptz
);
CREATE INDEX contributions_case ON clew.contributions (case_id);

-- Distinct content of this node; owned by nobody, its id never reaches a viewer.
CREATE TABLE clew.media (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE CHECK (length(sha256) = 32),
    sha1 bytea NOT NULL,
    md5 bytea NOT NULL,
    size bigint NOT NULL,
    object_name text NOT NULL,
    kind text NOT NULL DEFAULT '',
    media_type text NOT NULL DEFAULT '',
    width integer NOT NULL DEFAULT 0,
    height integer NOT NULL DEFAULT 0,
    duration real NOT NULL DEFAULT 0,
    facts jsonb NOT NULL DEFAULT '{}',
    safe_thumbnail bytea,
    refusal text NOT NULL DEFAULT '',
    described_at timestamptz,
    matched_at timestamptz
);

-- The content's data key, once per agency that holds it; without its last row the content is gone.
CREATE TABLE clew.media_keys (
    media_id uuid NOT NULL REFERENCES clew.media,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    wrapped_key bytea NOT NULL,
    PRIMARY KEY (media_id, agency_id)
);

-- A file as found in one case. The same bytes are one exhibit of a case; every path stays in its file rows.
CREATE TABLE clew.exhibits (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES clew.cases,
    contribution_id uuid NOT NULL REFERENCES clew.contributions,
    media_id uuid NOT NULL REFERENCES clew.media,
    path text NOT NULL,
    narrowed boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'imported', 'refused')),
    -- What was wrong with the bytes when this exhibit was opened; empty for one that was refused unopened.
    refusal text NOT NULL DEFAULT '',
    -- Content is shared, so what is known of it must wait: nothing of it is told before this very exhibit was opened
    -- (state), and no link before it was compared, or a viewer could tell known bytes from new ones.
    compared boolean NOT NULL DEFAULT false,
    in_depth boolean NOT NULL DEFAULT false,  -- the same for what is found in depth
    made_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
CREATE UNIQUE INDEX exhibits_once ON clew.exhibits (case_id, media_id) WHERE withdrawn_at IS NULL;
CREATE INDEX exhibits_case ON clew.exhibits (case_id, made_at, id);
CREATE INDEX exhibits_media ON clew.exhibits (media_id);
CREATE INDEX exhibits_contribution ON clew.exhibits (contribution_id);

-- An exhibit granted alone to an agency outside the audience.
CREATE TABLE clew.exhibit_grants (
    exhibit_id uuid NOT NULL REFERENCES clew.exhibits,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    PRIMARY KEY (exhibit_id, agency_id)
);
CREATE INDEX exhibit_grants_agency ON clew.exhibit_grants (agency_id);

-- Every file that was delivered, and how it ended: nothing disappears.
CREATE TABLE clew.files (
    id uuid PRIMARY KEY,
    contribution_id uuid NOT NULL REFERENCES clew.contributions,
    case_id uuid NOT NULL REFERENCES clew.cases,
    parent_id uuid REFERENCES clew.files,
    path text NOT NULL,
    size bigint NOT NULL DEFAULT 0,
    sha256 bytea,
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'imported', 'duplicate', 'refused')),
    reason text NOT NULL DEFAULT '',
    exhibit_id uuid REFERENCES clew.exhibits,
    matched boolean NOT NULL DEFAULT false,
    in_depth text NOT NULL DEFAULT 'later' CHECK (in_depth IN ('later', 'queued', 'done')),
    made_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    UNIQUE (contribution_id, path)
);
-- What is still to be looked at in depth, oldest first.
CREATE INDEX files_later ON clew.files (id) WHERE in_depth = 'later' AND matched AND status = 'imported';
CREATE INDEX files_exhibit ON clew.files (exhibit_id);
CREATE INDEX files_parent ON clew.files (parent_id);

-- Uploads under way; their bytes lie sealed in the upload folder.
CREATE TABLE clew.uploads (
    id uuid PRIMARY KEY,
    contribution_id uuid NOT NULL REFERENCES clew.contributions,
    case_id uuid NOT NULL REFERENCES clew.cases,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    path text NOT NULL,
    length bigint NOT NULL CHECK (length >= 0),
    file_id uuid REFERENCES clew.files,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- The answer given to a write, kept so that a lost answer can be asked for again.
CREATE TABLE clew.answers (
    officer_id uuid NOT NULL REFERENCES clew.officers,
    key text NOT NULL CHECK (length(key) BETWEEN 8 AND 200),
    verb text NOT NULL,
    asked bytea NOT NULL,
    answer jsonb,
    -- What it tells of, as kind:id: who may no longer know of that gets no answer again.
    about text[] NOT NULL DEFAULT '{}',
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (officer_id, key)
);
-- The worker takes old answers away and can read none.
CREATE POLICY expired ON clew.answers TO clew_system USING (made_at < now() - interval '24 hours');

GRANT SELECT, INSERT, UPDATE (closed_at, withdrawn_at) ON clew.contributions TO clew_app;
GRANT SELECT ON clew.media TO clew_app;
GRANT SELECT, INSERT (id, case_id, contribution_id, media_id, path, narrowed), UPDATE (narrowed, withdrawn_at)
    ON clew.exhibits TO clew_app;
GRANT SELECT, INSERT, DELETE ON clew.exhibit_grants TO clew_app;
GRANT SELECT, INSERT, UPDATE (status, reason, exhibit_id, done_at, matched, sha256, size) ON clew.files TO clew_app;
GRANT SELECT, INSERT, DELETE, UPDATE (file_id) ON clew.uploads TO clew_app;
GRANT SELECT, INSERT, UPDATE (answer, about) ON clew.answers TO clew_app;

GRANT SELECT, INSERT ON clew.media TO clew_system;
GRANT UPDATE (kind, media_type, width, height, duration, facts, safe_thumbnail, refusal, described_at, matched_at)
    ON clew.media TO clew_system;
GRANT SELECT, INSERT ON clew.media_keys TO clew_system;
GRANT SELECT, INSERT, UPDATE (state, refusal, compared, in_depth) ON clew.exhibits TO clew_system;
GRANT SELECT, INSERT, UPDATE (status, reason, exhibit_id, done_at, matched, in_depth, sha256, size) ON clew.files TO clew_system;
GRANT SELECT ON clew.contributions TO clew_system;
GRANT SELECT, DELETE ON clew.uploads TO clew_system;
GRANT SELECT (made_at), DELETE ON clew.answers TO clew_system;
