-- Triage: category profiles, the facts a case is sorted and counted by, what agencies say of exhibits, acts that can be undone.

-- A category code means nothing without its profile: 0 and 5 are swapped between tools. No agency: packaged with Clew.
CREATE TABLE clew.profiles (
    id uuid PRIMARY KEY,
    agency_id uuid REFERENCES clew.agencies,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX profiles_agency ON clew.profiles (agency_id);
CREATE TABLE clew.profile_codes (
    profile_id uuid NOT NULL REFERENCES clew.profiles,
    code smallint NOT NULL CHECK (code BETWEEN 0 AND 9),
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 80),
    means_none boolean NOT NULL DEFAULT false,  -- this code says "not categorised": it takes a category back
    PRIMARY KEY (profile_id, code)
);
-- The profile an agency works with.
CREATE TABLE clew.profile_choices (
    agency_id uuid PRIMARY KEY REFERENCES clew.agencies,
    profile_id uuid NOT NULL REFERENCES clew.profiles
);
INSERT INTO clew.profiles (id, name) VALUES
    ('c1a55e00-0000-4000-8000-000000000001', 'VICS 2.0 US'), ('c1a55e00-0000-4000-8000-000000000002', 'DHS (older list)');
INSERT INTO clew.profile_codes (profile_id, code, label, means_none)
SELECT ('c1a55e00-0000-4000-8000-00000000000' || p)::uuid, c, label, none FROM (VALUES
    (1, 0, 'Non-pertinent', false), (1, 1, 'Child abuse material', false), (1, 2, 'Exploitive or age-difficult', false),
    (1, 3, 'CGI or animation', false), (1, 4, 'Comparison image', false), (1, 5, 'Not categorised', true),
    (2, 0, 'Not categorised', true), (2, 1, 'Child abuse material', false), (2, 2, 'Exploitive or age-difficult', false),
    (2, 3, 'CGI or animation', false), (2, 4, 'Comparison image', false), (2, 5, 'Non-pertinent', false)) AS packaged (p, c, label, none);

-- Cameras, formats and contributions of a case as small numbers, so that the facts of an exhibit fit into one.
CREATE TABLE clew.case_words (
    case_id uuid NOT NULL REFERENCES clew.cases ON DELETE CASCADE,
    field text NOT NULL CHECK (field IN ('format', 'camera', 'contribution')),
    word text NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (case_id, field, word),
    UNIQUE (case_id, field, number)
);

-- What an exhibit is sorted and counted by. Kept by the trigger below, and blank until the exhibit itself was opened.
-- cube, by bits: 0 kind, 3 state, 5 narrowed, 6 withdrawn, 7 place, 8 size, 11 length, 14 year, 22 format, 30 camera,
-- 42 contribution, 54 in a stack (clew/domain/triage/cube.py reads it). `stack`: the first exhibit of this case near this
-- one, where that is another. A number of this table is never told.
CREATE TABLE clew.exhibit_facts (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stack integer,
    exhibit_id uuid NOT NULL UNIQUE REFERENCES clew.exhibits ON DELETE CASCADE,
    case_id uuid NOT NULL,
    cube bigint NOT NULL,
    size bigint NOT NULL,
    taken_at timestamp,
    spot bigint,
    duration real NOT NULL DEFAULT 0
);
CREATE INDEX exhibit_facts_cube ON clew.exhibit_facts (case_id, cube);
CREATE INDEX exhibit_facts_stack ON clew.exhibit_facts (stack) WHERE stack IS NOT NULL;
-- The hashes of each first exhibit of a stack of a case: a new picture is measured against these alone.
CREATE TABLE clew.case_stacks (
    case_id uuid NOT NULL,
    stack bigint NOT NULL,
    signal_id bigint NOT NULL,
    number integer NOT NULL REFERENCES clew.exhibit_facts ON DELETE CASCADE,
    PRIMARY KEY (case_id, stack, signal_id, number)
);
CREATE INDEX case_stacks_number ON clew.case_stacks (number);
CREATE INDEX judgements_a ON clew.judgements (exhibit_a);
CREATE INDEX judgements_b ON clew.judgements (exhibit_b);

-- An officer's act over many exhibits of a case, done in steps; `targets` are numbers of exhibit_facts.
CREATE TABLE clew.acts (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES clew.cases ON DELETE CASCADE,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    verb text NOT NULL CHECK (verb IN ('categorise', 'undo', 'redo')),
    of_act uuid REFERENCES clew.acts ON DELETE CASCADE,
    profile_id uuid,
    code smallint,
    targets integer[] NOT NULL,
    total integer NOT NULL,
    done integer NOT NULL DEFAULT 0,
    changed integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'stopped')),
    undone boolean NOT NULL DEFAULT false,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at timestamptz,
    FOREIGN KEY (profile_id, code) REFERENCES clew.profile_codes,
    CHECK ((verb = 'categorise') = (of_act IS NULL))
);
CREATE INDEX acts_officer ON clew.acts (officer_id, case_id, made_at);
CREATE INDEX acts_of ON clew.acts (of_act);
CREATE INDEX acts_case ON clew.acts (case_id);

-- What an agency says of an exhibit now; `cube` is that of its facts, so that counting needs no join.
CREATE TABLE clew.categories (
    exhibit_id uuid NOT NULL REFERENCES clew.exhibits ON DELETE CASCADE,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    case_id uuid NOT NULL,
    number integer NOT NULL,
    cube bigint NOT NULL,
    profile_id uuid,
    code smallint,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (exhibit_id, agency_id),
    FOREIGN KEY (profile_id, code) REFERENCES clew.profile_codes,
    CHECK ((profile_id IS NULL) = (code IS NULL))
);
CREATE INDEX categories_counted ON clew.categories (case_id, agency_id, profile_id, code, cube);
-- Every change there ever was, and what was there before it; nothing changes or deletes a row but erasing its case.
CREATE TABLE clew.category_changes (
    act_id uuid NOT NULL REFERENCES clew.acts ON DELETE CASCADE,
    number integer NOT NULL REFERENCES clew.exhibit_facts ON DELETE CASCADE,
    before_profile uuid,
    before_code smallint,
    profile_id uuid,
    code smallint,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (act_id, number)
);
CREATE INDEX category_changes_number ON clew.category_changes (number);

-- Which exhibits an officer has opened; nobody else's business.
CREATE TABLE clew.seen (
    officer_id uuid NOT NULL REFERENCES clew.officers,
    exhibit_id uuid NOT NULL REFERENCES clew.exhibits ON DELETE CASCADE,
    case_id uuid NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (officer_id, case_id, exhibit_id)
);
CREATE INDEX seen_exhibit ON clew.seen (exhibit_id);

-- A selection as an officer looks at it: its exhibits in their order, so that nothing moves while he works.
CREATE TABLE clew.selections (
    id uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    case_id uuid NOT NULL REFERENCES clew.cases ON DELETE CASCADE,
    asked jsonb NOT NULL,
    members integer[] NOT NULL,
    total integer NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE clew.selections ALTER members SET STORAGE EXTERNAL;  -- a page is cut out of it
CREATE INDEX selections_officer ON clew.selections (officer_id, made_at);
CREATE INDEX selections_case ON clew.selections (case_id);
CREATE TABLE clew.saved_views (
    id uuid PRIMARY KEY,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    case_id uuid NOT NULL REFERENCES clew.cases ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    asked jsonb NOT NULL,
    shared boolean NOT NULL DEFAULT false,  -- with the officers of the same agency who know the case
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX saved_views_case ON clew.saved_views (case_id);
CREATE INDEX saved_views_officer ON clew.saved_views (officer_id);
-- Which files are in whose hands: nobody else of the agency is handed them before `until`.
CREATE TABLE clew.leases (
    exhibit_id uuid NOT NULL REFERENCES clew.exhibits ON DELETE CASCADE,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    until timestamptz NOT NULL,
    PRIMARY KEY (exhibit_id, agency_id)
);
-- An agency's ordered list of what comes first; every version stays, the newest counts.
CREATE TABLE clew.priorities (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    officer_id uuid NOT NULL REFERENCES clew.officers,
    rules jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX priorities_agency ON clew.priorities (agency_id, made_at);

-- The number of a word in its case; 0 for none, `most` for all that come after there were so many.
CREATE FUNCTION clew.word_number(of_case uuid, of_field text, said text, most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE found integer;
BEGIN
    IF coalesce(said, '') = '' THEN RETURN 0; END IF;
    LOOP
        SELECT w.number INTO found FROM case_words w WHERE w.case_id = of_case AND w.field = of_field AND w.word = said;
        IF found IS NOT NULL THEN RETURN found; END IF;
        SELECT coalesce(max(w.number), 0) + 1 INTO found FROM case_words w WHERE w.case_id = of_case AND w.field = of_field;
        IF found >= most THEN RETURN most; END IF;
        INSERT INTO case_words VALUES (of_case, of_field, said, found) ON CONFLICT DO NOTHING;  -- somebody else's is read next
    END LOOP;
END $$;

-- When a picture says it was taken, in the camera's own time; nothing for what is no date.
CREATE FUNCTION clew.taken_at(facts jsonb) RETURNS timestamp LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE p text[] := regexp_match(coalesce(facts ->> 'taken_at', facts ->> 'tag.creation_time'),
                                 '^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)');
BEGIN
    IF p IS NULL OR p[1]::int NOT BETWEEN 1970 AND 2199 THEN RETURN NULL; END IF;
    RETURN make_timestamp(p[1]::int, p[2]::int, p[3]::int, p[4]::int, p[5]::int, p[6]::int);
EXCEPTION WHEN datetime_field_overflow THEN
    RETURN NULL;
END $$;

-- Latitude and longitude with their bits taken in turn (Morton): what lies near each other mostly stands near each other.
CREATE FUNCTION clew.spot(facts jsonb) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE x bigint; y bigint; z bigint := 0;
BEGIN
    IF jsonb_typeof(facts -> 'latitude') IS DISTINCT FROM 'number' OR
       jsonb_typeof(facts -> 'longitude') IS DISTINCT FROM 'number' THEN RETURN NULL; END IF;
    x := least(65535, greatest(0, floor(((facts ->> 'longitude')::float8 + 180) / 360 * 65536)));
    y := least(65535, greatest(0, floor(((facts ->> 'latitude')::float8 + 90) / 180 * 65536)));
    FOR n IN 0..15 LOOP z := z | (((x >> n) & 1) << (2 * n)) | (((y >> n) & 1) << (2 * n + 1)); END LOOP;
    RETURN z;
END $$;

-- Write the facts of one exhibit anew.
CREATE FUNCTION clew.keep_facts(e clew.exhibits) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE m media%ROWTYPE; told boolean := e.state = 'imported'; dated timestamp; at_spot bigint; made bigint; camera text;
BEGIN
    SELECT * INTO m FROM media WHERE id = e.media_id;
    IF told THEN
        dated := taken_at(m.facts);
        at_spot := spot(m.facts);
        camera := trim(coalesce(m.facts ->> 'camera_make', '') || ' ' || coalesce(m.facts ->> 'camera_model', ''));
    END IF;
    made := (CASE e.state WHEN 'imported' THEN 1 WHEN 'refused' THEN 2 ELSE 0 END::bigint << 3)
        | CASE WHEN e.narrowed THEN 32 ELSE 0 END | CASE WHEN e.withdrawn_at IS NULL THEN 0 ELSE 64 END
        | (width_bucket(m.size::float8, '{100000,1000000,10000000,100000000,1000000000}'::float8[])::bigint << 8)
        | (word_number(e.case_id, 'contribution', e.contribution_id::text, 4095) << 42);
    IF told THEN
        made := made
            | coalesce(array_position('{picture,film,sound,archive}'::text[], m.kind), CASE m.kind WHEN '' THEN 0 ELSE 5 END)
            | CASE WHEN at_spot IS NULL THEN 0 ELSE 128 END
            | (CASE WHEN m.duration > 0 THEN 1 + width_bucket(m.duration::float8, '{10,60,600,3600}'::float8[]) ELSE 0 END::bigint << 11)
            | (CASE WHEN dated IS NULL THEN 0 ELSE least(255, extract(year FROM dated)::int - 1969) END::bigint << 14)
            | (word_number(e.case_id, 'format', m.media_type, 255) << 22) | (word_number(e.case_id, 'camera', camera, 4095) << 30);
    END IF;
    UPDATE exhibit_facts f SET cube = made | (f.cube & (1::bigint << 54)), size = m.size, taken_at = dated, spot = at_spot,
        duration = CASE WHEN told THEN m.duration ELSE 0 END WHERE f.exhibit_id = e.id;
    IF NOT FOUND THEN
        INSERT INTO exhibit_facts (exhibit_id, case_id, cube, size, taken_at, spot, duration)
        VALUES (e.id, e.case_id, made, m.size, dated, at_spot, CASE WHEN told THEN m.duration ELSE 0 END);
    END IF;
    UPDATE categories c SET cube = f.cube FROM exhibit_facts f
    WHERE c.exhibit_id = e.id AND f.exhibit_id = e.id AND c.cube <> f.cube;
END $$;

-- Whether an exhibit stands with others, as a bit of its facts.
CREATE FUNCTION clew.mark_stack(of_numbers integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    UPDATE exhibit_facts f SET cube = (f.cube & ~(1::bigint << 54)) | CASE WHEN f.stack IS NOT NULL OR EXISTS (
        SELECT 1 FROM exhibit_facts x WHERE x.stack = f.number) THEN 1::bigint << 54 ELSE 0 END WHERE f.number = ANY (of_numbers);
    UPDATE categories c SET cube = f.cube FROM exhibit_facts f
    WHERE f.number = ANY (of_numbers) AND c.exhibit_id = f.exhibit_id AND c.cube <> f.cube;
END $$;

-- Put a picture to the first of its case that is near it, or make it the first of a stack. A stack holds what is near its
-- first and nothing else; only exhibits of this case count, so that nothing elsewhere moves it.
CREATE FUNCTION clew.join_stack(of_case uuid, of_media uuid, me integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE first integer;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM stacked s WHERE s.media_id = of_media) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('clew stacks of ' || of_case, 0));
    SELECT min(l.number) INTO first
    FROM stacked s JOIN stack_neighbours n ON n.stack = s.stack JOIN case_stacks l ON l.case_id = of_case AND l.stack = n.neighbour
    JOIN stacked o ON o.signal_id = l.signal_id JOIN exhibit_facts f ON f.number = l.number AND f.cube & 64 = 0
    WHERE s.media_id = of_media AND l.number <> me AND clew.bits_apart(s.turned, o.turned, o.symmetry) <= 31;
    UPDATE exhibit_facts SET stack = first WHERE number = me;
    IF first IS NULL THEN
        INSERT INTO case_stacks SELECT of_case, s.stack, s.signal_id, me FROM stacked s WHERE s.media_id = of_media
        ON CONFLICT DO NOTHING;
    ELSE
        PERFORM mark_stack(ARRAY[first, me]);
    END IF;
END $$;

-- Those that stood with an exhibit which goes find a new first, one after the other.
CREATE FUNCTION clew.leave_stack(of_case uuid, gone integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE held record; first CONSTANT integer := (SELECT f.stack FROM exhibit_facts f WHERE f.number = gone);
BEGIN
    DELETE FROM case_stacks WHERE number = gone;
    UPDATE exhibit_facts SET stack = NULL WHERE number = gone;
    FOR held IN UPDATE exhibit_facts f SET stack = NULL FROM exhibits e WHERE f.stack = gone AND e.id = f.exhibit_id
                RETURNING f.number, e.media_id LOOP
        PERFORM join_stack(of_case, held.media_id, held.number);
        PERFORM mark_stack(ARRAY[held.number]);
    END LOOP;
    PERFORM mark_stack(ARRAY[gone, first]);
END $$;

CREATE FUNCTION clew.exhibit_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE me integer;
BEGIN
    -- That it was compared changes no fact: half of all updates.
    IF TG_OP = 'INSERT' OR NEW.compared = OLD.compared
       OR (NEW.state, NEW.narrowed, NEW.withdrawn_at) IS DISTINCT FROM (OLD.state, OLD.narrowed, OLD.withdrawn_at) THEN
        PERFORM keep_facts(NEW);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT f.number INTO me FROM exhibit_facts f WHERE f.exhibit_id = NEW.id;
        IF NEW.compared AND NOT OLD.compared AND NEW.withdrawn_at IS NULL THEN
            PERFORM join_stack(NEW.case_id, NEW.media_id, me);
        ELSIF NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND NEW.compared THEN
            PERFORM leave_stack(NEW.case_id, me);
        END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER exhibit_changed AFTER INSERT OR UPDATE OF state, narrowed, withdrawn_at, compared ON clew.exhibits
    FOR EACH ROW EXECUTE FUNCTION clew.exhibit_changed();

-- An officer says of two near exhibits of one case that they are not the same: they stand apart from now on, and together
-- again when he says they are. Whoever sees both sees that judgement too, so a stack tells nobody of what he may not know.
CREATE FUNCTION clew.judged_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE first exhibit_facts%ROWTYPE; later exhibit_facts%ROWTYPE; media uuid;
BEGIN
    IF NEW.answer = 'UNSURE' OR NOT EXISTS (SELECT 1 FROM links l WHERE l.id = NEW.link_id AND l.matcher = 'pdq') THEN RETURN NULL; END IF;
    SELECT f.* INTO first FROM exhibit_facts f WHERE f.exhibit_id IN (NEW.exhibit_a, NEW.exhibit_b) ORDER BY f.number LIMIT 1;
    SELECT f.* INTO later FROM exhibit_facts f WHERE f.exhibit_id IN (NEW.exhibit_a, NEW.exhibit_b) ORDER BY f.number DESC LIMIT 1;
    IF first.case_id IS DISTINCT FROM later.case_id OR first.number = later.number THEN RETURN NULL; END IF;
    IF NEW.answer = 'NEGATIVE' AND later.stack = coalesce(first.stack, first.number) THEN
        UPDATE exhibit_facts SET stack = NULL WHERE number = later.number;
        SELECT e.media_id INTO media FROM exhibits e WHERE e.id = later.exhibit_id;
        INSERT INTO case_stacks SELECT later.case_id, s.stack, s.signal_id, later.number FROM stacked s WHERE s.media_id = media
        ON CONFLICT DO NOTHING;
        PERFORM mark_stack(ARRAY[later.stack, later.number]);
    ELSIF NEW.answer = 'POSITIVE' AND later.stack IS NULL AND NOT EXISTS (SELECT 1 FROM exhibit_facts x WHERE x.stack = later.number) THEN
        DELETE FROM case_stacks WHERE number = later.number;
        SELECT e.media_id INTO media FROM exhibits e WHERE e.id = later.exhibit_id;
        PERFORM join_stack(later.case_id, media, later.number);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER judged_apart AFTER INSERT ON clew.judgements FOR EACH ROW EXECUTE FUNCTION clew.judged_apart();
