-- Signals, links between distinct media, judgements, stacks, searches.
CREATE TABLE clew.signals (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    media_id uuid NOT NULL REFERENCES clew.media,
    matcher text NOT NULL,
    version integer NOT NULL,
    value bytea NOT NULL,
    quality smallint NOT NULL DEFAULT 100,
    time_s real,
    box real[],
    sealed boolean NOT NULL DEFAULT false,  -- a small picture: its value is under the key ring, as a thumbnail is
    xid xid8 NOT NULL DEFAULT pg_current_xact_id()
);
ALTER TABLE clew.signals ALTER value SET STORAGE EXTERNAL;  -- as good as random: packing it costs time and saves nothing
CREATE INDEX signals_media ON clew.signals (media_id, matcher);
-- The tail of an index: what was written since its snapshot was cut.
CREATE INDEX signals_tail ON clew.signals (matcher, xid);
-- Which of a picture's hits are frames of a film: few, among perhaps thousands of pictures.
CREATE INDEX signals_frames ON clew.signals (id) INCLUDE (media_id) WHERE matcher = 'frames';

-- Which matcher versions have looked at which media; makes describing again change nothing.
CREATE TABLE clew.described (
    media_id uuid NOT NULL REFERENCES clew.media,
    matcher text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (media_id, matcher, version)
);

CREATE TABLE clew.links (
    id uuid PRIMARY KEY,
    media_a uuid NOT NULL REFERENCES clew.media,
    media_b uuid NOT NULL REFERENCES clew.media,
    matcher text NOT NULL,
    version integer NOT NULL,
    value real NOT NULL CHECK (value BETWEEN 0 AND 1),
    verdict text NOT NULL CHECK (verdict IN ('match', 'possible')),
    why text NOT NULL,
    parameters jsonb NOT NULL DEFAULT '{}',
    where_at jsonb NOT NULL DEFAULT '{}',
    made_at timestamptz NOT NULL DEFAULT now(),
    CHECK (media_a < media_b),
    UNIQUE (media_a, media_b, matcher)
);
CREATE INDEX links_b ON clew.links (media_b);

-- What an officer said of a link between two exhibits he knows; undoing is another judgement.
CREATE TABLE clew.judgements (
    id uuid PRIMARY KEY,
    link_id uuid NOT NULL REFERENCES clew.links,
    exhibit_a uuid NOT NULL REFERENCES clew.exhibits,
    exhibit_b uuid NOT NULL REFERENCES clew.exhibits,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    answer text NOT NULL CHECK (answer IN ('POSITIVE', 'NEGATIVE', 'UNSURE')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 2000),
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX judgements_link ON clew.judgements (link_id, made_at);

-- Pictures near each other are found through stacks, not through a row for every pair: n copies of a picture are n rows.
-- Each telling hash lies in one stack (the number of its first hash); `turned` is it in eight orientations, `symmetry`
-- the bits between the upright one and the nearest other. No link follows from a stack: 81_alike.sql measures each pair.
CREATE TABLE clew.stacked (
    signal_id bigint NOT NULL REFERENCES clew.signals,
    media_id uuid NOT NULL REFERENCES clew.media,
    stack bigint NOT NULL,
    symmetry smallint NOT NULL,
    turned bit(256)[] NOT NULL CHECK (cardinality(turned) = 8),
    PRIMARY KEY (signal_id) INCLUDE (stack)
);
CREATE INDEX stacked_media ON clew.stacked (media_id);
CREATE INDEX stacked_stack ON clew.stacked (stack);

-- Stacks of which at least one hash is near one of the other, both ways round; a stack of two or more is beside itself.
CREATE TABLE clew.stack_neighbours (
    stack bigint NOT NULL,
    neighbour bigint NOT NULL,
    PRIMARY KEY (stack, neighbour)
);

-- A search by an officer: with a file of his own that is not stored as an exhibit, or with a marked part of an exhibit,
-- of which nothing is copied: the job opens it while the officer may still know of it (clew.search_material).
CREATE TABLE clew.searches (
    id uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    case_id uuid NOT NULL REFERENCES clew.cases,
    purpose text NOT NULL CHECK (length(purpose) BETWEEN 3 AND 500),
    name text NOT NULL,
    sha256 bytea NOT NULL,
    object_name text,
    wrapped_key bytea CHECK ((wrapped_key IS NULL) = (object_name IS NULL)),
    box real[] CHECK (cardinality(box) = 4),  -- the marked part that is looked for; none: the whole
    exhibit_id uuid REFERENCES clew.exhibits ON DELETE SET NULL,
    time_s real,  -- of a film: the second of the still
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'refused')),
    reason text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz
);
CREATE INDEX searches_officer ON clew.searches (officer_id, made_at);
CREATE INDEX searches_exhibit ON clew.searches (exhibit_id) WHERE exhibit_id IS NOT NULL;
-- What a search found at its end: exhibits, so that each hit is told of once and what comes later needs a new search.
CREATE TABLE clew.search_hits (
    search_id uuid NOT NULL REFERENCES clew.searches,
    exhibit_id uuid NOT NULL REFERENCES clew.exhibits,
    matcher text NOT NULL,
    value real NOT NULL,
    verdict text NOT NULL,
    why text NOT NULL,
    parameters jsonb NOT NULL DEFAULT '{}',
    where_at jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (search_id, exhibit_id, matcher)
);
CREATE INDEX search_hits_exhibit ON clew.search_hits (exhibit_id);

GRANT SELECT, INSERT ON clew.judgements TO clew_app;
GRANT SELECT, INSERT ON clew.searches TO clew_app;
GRANT SELECT ON clew.links TO clew_app;
GRANT SELECT, INSERT ON clew.signals, clew.described, clew.search_hits, clew.links TO clew_system;
-- What a newer version of a matcher found takes the place of what an older one did.
GRANT DELETE ON clew.signals, clew.links TO clew_system;
GRANT UPDATE (version, value, verdict, why, parameters, where_at) ON clew.links TO clew_system;
GRANT SELECT ON clew.judgements TO clew_system;
GRANT SELECT, INSERT ON clew.stacked, clew.stack_neighbours TO clew_system;
GRANT SELECT, UPDATE (state, reason, done_at) ON clew.searches TO clew_system;
