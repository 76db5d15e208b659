-- Hits: what each side learns of the other's material, decided once (judged_hits) and told by the functions below it.

-- A name for a pair of cases that tells nothing about the other one.
CREATE FUNCTION clew.hit_handle(mine uuid, other uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT encode(substr(sha256(s.secret || convert_to('hit|' || mine || '|' || other, 'UTF8')), 1, 16), 'hex')::uuid
    FROM viewer_secret s
$$;

-- Whether some content can have a hit at all: most has none, and then nothing has to be planned or judged.
CREATE FUNCTION clew.stands_alone(of_media uuid[], of_exhibits uuid[] DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    IF of_media IS NULL THEN
        of_media := ARRAY(SELECT e.media_id FROM exhibits e WHERE e.id = ANY (of_exhibits));
    END IF;
    RETURN NOT EXISTS (SELECT 1 FROM unnest(of_media) m(id)
        WHERE EXISTS (SELECT 1 FROM links l WHERE l.media_a = m.id) OR EXISTS (SELECT 1 FROM links l WHERE l.media_b = m.id)
           OR EXISTS (SELECT 1 FROM stacked s JOIN stack_neighbours n ON n.stack = s.stack WHERE s.media_id = m.id)
           OR EXISTS (SELECT 1 FROM exhibits e WHERE e.media_id = m.id OFFSET 1));
END $$;

-- Every hit of the viewer's exhibits of one case with what he learns of it; tells the other side too, so it is for
-- the functions below only. Each side is judged by the other side's policy (access.md, "A hit"); a narrowed exhibit
-- falls back to what an outsider gets, a granted one is shown itself. Contact and asked go to the case's own team.
-- What is asked of the viewer is asked once, and each call is planned for its case: most exhibits hit nothing, and
-- the joins of `pairs` leave them out before anything else is done.
CREATE FUNCTION clew.judged_hits(of_case uuid, of_exhibits uuid[], inside boolean)
RETURNS TABLE (exhibit_id uuid, other_exhibit uuid, other_case uuid, made_at timestamptz, link_id uuid, matcher text,
               value real, verdict text, flipped boolean, pair bigint[], level text, may_disclose boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    my_agency uuid;
    my_country text;
    me uuid;
    granted uuid[];
    seen boolean;
    my_hits text;
    my_owner uuid;
    own boolean;
BEGIN
    IF NOT viewer_reads() OR (of_exhibits IS NOT NULL AND clew.stands_alone(NULL, of_exhibits)) THEN
        RETURN;
    END IF;
    my_agency := viewer_agency();
    my_country := viewer_country();
    me := viewer_officer();
    granted := granted_exhibits();
    seen := clew.stance(of_case, my_agency, my_country, me) = 'audience';
    SELECT c.hits, c.owner_agency_id, c.owner_agency_id = my_agency INTO my_hits, my_owner, own
    FROM cases c WHERE c.id = of_case;
    RETURN QUERY
    WITH mine AS NOT MATERIALIZED (
        SELECT e.id, e.media_id, e.narrowed, e.compared, e.in_depth FROM exhibits e
        WHERE e.case_id = of_case AND e.state <> 'waiting' AND e.withdrawn_at IS NULL AND (of_exhibits IS NULL OR e.id = ANY (of_exhibits))
          AND ((seen AND (NOT e.narrowed OR own)) OR e.id = ANY (granted))
    ), alike AS MATERIALIZED (
        SELECT k.* FROM clew.alike(ARRAY(SELECT DISTINCT x.media_id FROM mine x WHERE x.compared),
                                   CASE WHEN NOT inside THEN of_case END) k
    ), pairs AS MATERIALIZED (
        -- The same bytes lie in another case (they are one exhibit of a case); then links, either way round; then near
        -- pictures, whose link has a row only once somebody judged it.
        SELECT x.id AS exhibit_id, x.narrowed AS my_narrowed, b.id AS other_exhibit, b.case_id AS other_case,
               b.narrowed AS other_narrowed, b.made_at, NULL::uuid AS link_id, 'exact' AS matcher, 1::real AS value,
               'match' AS verdict, false AS flipped, NULL::bigint[] AS pair
        FROM mine x JOIN exhibits b ON b.media_id = x.media_id WHERE b.case_id <> of_case AND b.withdrawn_at IS NULL
          AND b.state <> 'waiting'
        UNION ALL
        SELECT x.id, x.narrowed, b.id, b.case_id, b.narrowed, b.made_at, l.id, l.matcher, l.value, l.verdict, false, NULL
        FROM mine x JOIN links l ON l.media_a = x.media_id JOIN exhibits b ON b.media_id = l.media_b
        WHERE x.compared AND b.compared AND b.withdrawn_at IS NULL AND (inside OR b.case_id <> of_case)
          AND (l.matcher IN ('pdq', 'frames') OR (x.in_depth AND b.in_depth))
        UNION ALL
        SELECT x.id, x.narrowed, b.id, b.case_id, b.narrowed, b.made_at, l.id, l.matcher, l.value, l.verdict, true, NULL
        FROM mine x JOIN links l ON l.media_b = x.media_id JOIN exhibits b ON b.media_id = l.media_a
        WHERE x.compared AND b.compared AND b.withdrawn_at IS NULL AND (inside OR b.case_id <> of_case)
          AND (l.matcher IN ('pdq', 'frames') OR (x.in_depth AND b.in_depth))
        UNION ALL
        SELECT x.id, x.narrowed, b.id, b.case_id, b.narrowed, b.made_at, NULL, 'pdq', clew.pdq_value(k.distance), 'match',
               k.media_id > k.other_id, k.pair
        FROM alike k JOIN mine x ON x.media_id = k.media_id JOIN exhibits b ON b.media_id = k.other_id
        WHERE inside AND x.compared AND b.compared AND b.withdrawn_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM links l WHERE l.media_a = least(k.media_id, k.other_id)
                          AND l.media_b = greatest(k.media_id, k.other_id) AND l.matcher = 'pdq')
        UNION ALL
        -- Where only the other cases are asked for, one row stands for all pairs of an exhibit that are judged alike.
        SELECT x.id, x.narrowed, CASE WHEN b.id = ANY (granted) THEN b.id END, b.case_id, b.narrowed, min(b.made_at), NULL,
               'pdq', clew.pdq_value(min(k.distance)), 'match', false, NULL
        FROM alike k JOIN mine x ON x.media_id = k.media_id JOIN exhibits b ON b.media_id = k.other_id
        WHERE NOT inside AND x.compared AND b.compared AND b.withdrawn_at IS NULL AND b.case_id <> of_case
          AND NOT EXISTS (SELECT 1 FROM links l WHERE l.media_a = least(k.media_id, k.other_id)
                          AND l.media_b = greatest(k.media_id, k.other_id) AND l.matcher = 'pdq')
        GROUP BY x.id, x.narrowed, 3, b.case_id, b.narrowed
    ), others AS MATERIALIZED (
        SELECT o.other_case, c.owner_agency_id, c.hits AS their_hits, my_owner = c.owner_agency_id AS one_agency,
               clew.stance(c.id, my_agency, my_country, me) AS theirs,
               clew.stance(of_case, c.owner_agency_id, a.country, NULL) AS ours,
               EXISTS (SELECT 1 FROM disclosures d WHERE d.case_id = of_case AND d.other_case_id = c.id) AS we_said,
               EXISTS (SELECT 1 FROM disclosures d WHERE d.case_id = c.id AND d.other_case_id = of_case) AS they_said
        FROM (SELECT DISTINCT p.other_case FROM pairs p) o JOIN cases c ON c.id = o.other_case
        JOIN agencies a ON a.id = c.owner_agency_id
    ), stances AS (
        SELECT p.*, o.one_agency, o.we_said, o.they_said,
               CASE WHEN p.other_exhibit = ANY (granted) THEN 'audience'
                    WHEN o.theirs = 'audience' AND p.other_narrowed AND o.owner_agency_id <> my_agency
                        THEN o.their_hits ELSE o.theirs END AS theirs,
               CASE WHEN o.ours = 'denied' OR o.one_agency THEN o.ours
                    WHEN EXISTS (SELECT 1 FROM exhibit_grants g WHERE g.exhibit_id = p.exhibit_id
                                 AND g.agency_id = o.owner_agency_id) THEN 'audience'
                    WHEN o.ours = 'audience' AND p.my_narrowed THEN my_hits ELSE o.ours END AS ours
        FROM pairs p JOIN others o ON o.other_case = p.other_case
    ), judged AS (
        SELECT s.*, CASE
            WHEN s.theirs = 'audience' THEN 'audience'
            WHEN NOT own OR s.theirs = 'denied' THEN NULL
            WHEN s.theirs = 'contact' THEN 'contact'
            WHEN s.they_said AND s.ours <> 'denied' AND (s.ours <> 'owner-first' OR s.we_said) THEN 'contact'
            WHEN s.ours <> 'denied' THEN 'asked' END AS level
        FROM stances s
    )
    SELECT j.exhibit_id, j.other_exhibit, j.other_case, j.made_at, j.link_id, j.matcher, j.value, j.verdict,
           j.flipped, j.pair, j.level, own AND NOT j.one_agency AND j.ours = 'owner-first' AND NOT j.we_said
    FROM judged j WHERE j.level IS NOT NULL;
END $$;

-- How sure a hit is, as an outsider may hear it.
CREATE FUNCTION clew.band(value real, verdict text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN verdict = 'possible' OR value < 0.9 THEN 'possible' WHEN value < 0.99 THEN 'strong' ELSE 'certain' END $$;

-- The hits of the viewer's exhibits of one case, told as far as the other side's owner allows. A near picture whose link
-- has no row yet comes as a `pair`: clew.told_link names and explains it, for the page that is shown.
CREATE FUNCTION clew.hits(of_case uuid, of_exhibits uuid[] DEFAULT NULL)
RETURNS TABLE (exhibit_id uuid, level text, may_disclose boolean, handle uuid, other_exhibit_id uuid, other_case_id uuid,
               agency_code text, agency_name text, country text, reference text, contact text, since date,
               link_id uuid, matcher text, value real, band text, verdict text, why text, parameters jsonb,
               where_at jsonb, flipped boolean, pair bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    WITH judged AS MATERIALIZED (
        SELECT * FROM clew.judged_hits(of_case, of_exhibits, true)
    ), others AS MATERIALIZED (
        SELECT c.id, c.reference, coalesce(nullif(c.contact, ''), a.contact) AS call, a.code, a.name, a.country,
               clew.hit_handle(of_case, c.id) AS handle, o.since
        FROM (SELECT j.other_case, (min(j.made_at) FILTER (WHERE j.level = 'contact'))::date AS since
              FROM judged j GROUP BY j.other_case) o
        JOIN cases c ON c.id = o.other_case JOIN agencies a ON a.id = c.owner_agency_id
    )
    SELECT j.exhibit_id, j.level, j.may_disclose, o.handle, j.other_exhibit, j.other_case, o.code, o.name, o.country,
           o.reference, o.call, j.made_at::date, j.link_id, j.matcher, j.value, clew.band(j.value, j.verdict),
           j.verdict, coalesce(l.why, CASE WHEN j.pair IS NULL THEN 'same-bytes' ELSE 'pdq.match' END),
           coalesce(l.parameters, '{}'), coalesce(l.where_at, '{}'), j.flipped, j.pair
    FROM judged j JOIN others o ON o.id = j.other_case LEFT JOIN links l ON l.id = j.link_id WHERE j.level = 'audience'
    UNION ALL
    SELECT j.exhibit_id, 'contact', j.may_disclose, o.handle, NULL::uuid, NULL::uuid, o.code, o.name, o.country,
           o.reference, o.call, o.since, NULL::uuid, j.matcher, NULL::real, clew.band(j.value, j.verdict), j.verdict,
           NULL::text, '{}'::jsonb, '{}'::jsonb, false, NULL::bigint[]
    FROM (SELECT DISTINCT ON (h.exhibit_id, h.other_case, h.matcher) h.* FROM judged h WHERE h.level = 'contact'
          ORDER BY h.exhibit_id, h.other_case, h.matcher, h.verdict, h.value DESC) j
    JOIN others o ON o.id = j.other_case
    UNION ALL
    SELECT NULL::uuid, 'asked', bool_or(j.may_disclose), o.handle, NULL::uuid, NULL::uuid,
           NULL, NULL, NULL, NULL, NULL, NULL::date, NULL::uuid, NULL, NULL::real, NULL, NULL, NULL,
           '{}'::jsonb, '{}'::jsonb, false, NULL::bigint[]
    FROM judged j JOIN others o ON o.id = j.other_case WHERE j.level = 'asked' GROUP BY o.handle
$$;

-- The hits of a case summed up: one row for each other case and level, with no more than the level's hits tell.
CREATE FUNCTION clew.overlap(of_case uuid)
RETURNS TABLE (level text, may_disclose boolean, handle uuid, other_case_id uuid, agency_code text, agency_name text,
               country text, reference text, contact text, since date, matchers text[], band text, exhibits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    WITH lines AS (
        SELECT h.other_case, h.level, bool_or(h.may_disclose) AS may_disclose, min(h.made_at)::date AS since,
               array_agg(DISTINCT h.matcher) AS matchers, count(DISTINCT h.exhibit_id) AS exhibits,
               -- Among matches the band follows the value; anything else is no more than possible.
               clew.band(coalesce(max(h.value) FILTER (WHERE h.verdict = 'match'), 0), 'match') AS band
        FROM clew.judged_hits(of_case, NULL, false) h GROUP BY h.other_case, h.level
    )
    SELECT n.level, n.may_disclose, clew.hit_handle(of_case, n.other_case),
           CASE WHEN n.level = 'audience' THEN c.id END, a.code, a.name, a.country, c.reference,
           coalesce(nullif(c.contact, ''), a.contact), n.since, n.matchers, n.band, n.exhibits
    FROM lines n JOIN cases c ON c.id = n.other_case JOIN agencies a ON a.id = c.owner_agency_id
    WHERE n.level <> 'asked'
    UNION ALL
    SELECT n.level, n.may_disclose, clew.hit_handle(of_case, n.other_case), NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL
    FROM lines n WHERE n.level = 'asked'
$$;

-- How many hits each exhibit of a case has, as clew.hits tells them; an exhibit with none has no row.
CREATE FUNCTION clew.linked_exhibits(of_case uuid, of_exhibits uuid[] DEFAULT NULL)
RETURNS TABLE (exhibit_id uuid, links bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT h.exhibit_id, count(*) FILTER (WHERE h.level = 'audience')
           + count(DISTINCT (h.other_case, h.matcher)) FILTER (WHERE h.level = 'contact')
    FROM clew.judged_hits(of_case, of_exhibits, true) h WHERE h.level <> 'asked' GROUP BY h.exhibit_id
$$;

-- Find the other case behind a handle, for disclosing; only among this case's hits that are open to it.
CREATE FUNCTION clew.disclose(of_case uuid, pair uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE found_case uuid;
BEGIN
    IF NOT of_case = ANY (clew.cases_in_sight(true)) THEN RETURN false; END IF;
    SELECT o.other_case INTO found_case
    FROM (SELECT DISTINCT h.other_case FROM clew.judged_hits(of_case, NULL, false) h WHERE h.may_disclose) o
    WHERE clew.hit_handle(of_case, o.other_case) = pair;
    IF found_case IS NULL THEN RETURN false; END IF;
    INSERT INTO disclosures (case_id, other_case_id, officer_id) VALUES (of_case, found_case, viewer_officer())
    ON CONFLICT DO NOTHING;
    RETURN true;
END $$;

-- What a search found, each other side judged by its policy as for a hit of the search's case.
CREATE FUNCTION clew.search_results(of_search uuid)
RETURNS TABLE (level text, exhibit_id uuid, case_id uuid, owner_agency_id uuid, agency_code text, agency_name text,
               country text, reference text, contact text, since date, matcher text, value real, band text,
               verdict text, why text, parameters jsonb, where_at jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    WITH found AS (
        SELECT s.case_id AS of_case, h.*, e.id AS exhibit, e.case_id AS other_case, e.narrowed, e.made_at
        FROM searches s JOIN search_hits h ON h.search_id = s.id JOIN exhibits e ON e.id = h.exhibit_id
        WHERE s.id = of_search AND s.officer_id = viewer_officer() AND e.withdrawn_at IS NULL AND viewer_reads()
    ), judged AS (
        SELECT f.*, c.owner_agency_id, c.reference, coalesce(nullif(c.contact, ''), a.contact) AS call, a.code, a.name,
               a.country,
               CASE WHEN f.exhibit = ANY ((SELECT clew.granted_exhibits())::uuid[]) THEN 'audience'
                    WHEN t.stance = 'audience' AND f.narrowed AND c.owner_agency_id <> viewer_agency()
                        THEN nullif(c.hits, 'owner-first')
                    WHEN t.stance IN ('audience', 'contact') THEN t.stance END AS seen
        FROM found f JOIN cases c ON c.id = f.other_case JOIN agencies a ON a.id = c.owner_agency_id,
        LATERAL (SELECT clew.stance(c.id, viewer_agency(), viewer_country(), viewer_officer()) AS stance) t
    )
    SELECT j.seen, j.exhibit, j.other_case, j.owner_agency_id, j.code, j.name, j.country, j.reference, j.call,
           j.made_at::date, j.matcher, j.value, clew.band(j.value, j.verdict), j.verdict, j.why, j.parameters, j.where_at
    FROM judged j WHERE j.seen = 'audience'
    UNION ALL
    (SELECT DISTINCT ON (j.other_case, j.matcher) j.seen, NULL::uuid, NULL::uuid, j.owner_agency_id, j.code, j.name,
           j.country, j.reference, j.call, min(j.made_at) OVER (PARTITION BY j.other_case)::date, j.matcher, NULL::real,
           clew.band(j.value, j.verdict), j.verdict, NULL::text, '{}'::jsonb, '{}'::jsonb
    FROM judged j WHERE j.seen = 'contact' ORDER BY j.other_case, j.matcher, j.verdict = 'match' DESC, j.value DESC)
$$;

-- The exhibit a search was made from, with its owner's key: only while it stands and the search's officer may know of it,
-- by the rule of clew.sees_exhibit. The job has no viewer, so it asks for the search and names nobody.
CREATE FUNCTION clew.search_material(of_search uuid)
RETURNS TABLE (media_id uuid, object_name text, size bigint, agency_id uuid, wrapped_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT m.id, m.object_name, m.size, k.agency_id, k.wrapped_key
    FROM searches s JOIN officers o ON o.id = s.officer_id JOIN agencies a ON a.id = o.agency_id
    JOIN exhibits e ON e.id = s.exhibit_id JOIN cases c ON c.id = e.case_id JOIN media m ON m.id = e.media_id
    JOIN media_keys k ON k.media_id = m.id AND k.agency_id = c.owner_agency_id,
    LATERAL (SELECT clew.stance(c.id, a.id, a.country, o.id) AS stance) t
    WHERE s.id = of_search AND e.state = 'imported' AND e.withdrawn_at IS NULL
      AND o.suspended_at IS NULL AND a.cut_off_at IS NULL AND o.roles && ARRAY['investigator', 'analyst']
      AND ((t.stance = 'audience' AND (NOT e.narrowed OR c.owner_agency_id = a.id))
           OR (t.stance <> 'denied' AND c.owner_agency_id <> a.id AND EXISTS (
               SELECT 1 FROM exhibit_grants g WHERE g.exhibit_id = e.id AND g.agency_id = a.id)))
$$;

-- Whom a search has hit, for an event on the other side: each case of another agency once, as far as the search's own
-- case lets that agency know (access.md, "A hit"): in its audience by whom and why, outside by whom, owner-first neither.
CREATE FUNCTION clew.search_told(of_search uuid)
RETURNS TABLE (agency_id uuid, case_id uuid, by_agency text, purpose text, matchers text[], exhibits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT h.owner_agency_id, h.case_id, CASE WHEN t.stance = 'owner-first' THEN '' ELSE h.code END,
           CASE WHEN t.stance = 'audience' THEN h.purpose ELSE '' END, h.matchers, h.exhibits
    FROM (SELECT s.case_id AS of_case, me.code, s.purpose, e.case_id, c.owner_agency_id, a.country,
                 array_agg(DISTINCT h.matcher) AS matchers, count(DISTINCT e.id) AS exhibits
          FROM searches s JOIN agencies me ON me.id = s.agency_id JOIN search_hits h ON h.search_id = s.id
          JOIN exhibits e ON e.id = h.exhibit_id AND e.withdrawn_at IS NULL
          JOIN cases c ON c.id = e.case_id JOIN agencies a ON a.id = c.owner_agency_id
          WHERE s.id = of_search AND c.owner_agency_id <> s.agency_id AND c.expires > current_date
          GROUP BY s.case_id, me.code, s.purpose, e.case_id, c.owner_agency_id, a.country) h,
    LATERAL (SELECT clew.stance(h.of_case, h.owner_agency_id, h.country, NULL) AS stance) t
    WHERE t.stance <> 'denied'
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.search_told(uuid), clew.search_material(uuid) TO clew_system;
GRANT EXECUTE ON FUNCTION clew.hits(uuid, uuid[]), clew.overlap(uuid), clew.linked_exhibits(uuid, uuid[]),
    clew.disclose(uuid, uuid), clew.search_results(uuid) TO clew_app;
