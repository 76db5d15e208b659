-- Cases and their policy: team, audience, deny list, hits, conditions, expiry.
CREATE TABLE clew.cases (
    id uuid PRIMARY KEY,
    owner_agency_id uuid NOT NULL REFERENCES clew.agencies,
    reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 80),
    title text NOT NULL DEFAULT '',
    contact text NOT NULL DEFAULT '',
    team text NOT NULL DEFAULT 'agency' CHECK (team IN ('agency', 'listed')),
    audience text NOT NULL DEFAULT 'own' CHECK (audience IN ('own', 'listed', 'network')),
    hits text NOT NULL DEFAULT 'contact' CHECK (hits IN ('contact', 'owner-first')),
    conditions text NOT NULL DEFAULT '',
    handling text NOT NULL DEFAULT '',
    expires date NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    made_by uuid NOT NULL REFERENCES clew.officers
);
CREATE INDEX cases_owner ON clew.cases (owner_agency_id, reference);

-- Listed officers of the owner agency.
CREATE TABLE clew.case_team (
    case_id uuid NOT NULL REFERENCES clew.cases,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    PRIMARY KEY (case_id, officer_id)
);
CREATE INDEX case_team_officer ON clew.case_team (officer_id);

-- Who is in the audience (list 'audience') or denied (list 'deny'): an agency or a whole country.
CREATE TABLE clew.case_parties (
    case_id uuid NOT NULL REFERENCES clew.cases,
    list text NOT NULL CHECK (list IN ('audience', 'deny')),
    agency_id uuid REFERENCES clew.agencies,
    country text CHECK (country ~ '^[A-Z]{2}$'),
    CHECK ((agency_id IS NULL) <> (country IS NULL)),
    UNIQUE NULLS NOT DISTINCT (case_id, list, agency_id, country)
);
CREATE INDEX case_parties_agency ON clew.case_parties (agency_id);
CREATE INDEX case_parties_country ON clew.case_parties (country);

-- An owner-first owner agreed to let the other case's owner know of the hit.
CREATE TABLE clew.disclosures (
    case_id uuid NOT NULL REFERENCES clew.cases,
    other_case_id uuid NOT NULL REFERENCES clew.cases,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (case_id, other_case_id)
);

GRANT SELECT, INSERT, UPDATE (title, contact, team, audience, hits, conditions, handling, expires)
    ON clew.cases TO clew_app;
GRANT SELECT, INSERT, DELETE ON clew.case_team, clew.case_parties TO clew_app;
GRANT SELECT (id, owner_agency_id, reference, expires) ON clew.cases TO clew_system;
