-- Triage, second part: who may know of what stands in 90_triage.sql, what is counted over it, and acts done in steps.

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['profiles', 'profile_codes', 'profile_choices', 'case_words', 'exhibit_facts', 'case_stacks', 'acts',
        'categories', 'category_changes', 'seen', 'selections', 'saved_views', 'leases', 'priorities']
    LOOP
        EXECUTE format('ALTER TABLE clew.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE clew.%I FORCE ROW LEVEL SECURITY', t);
        EXECUTE format('CREATE POLICY by_owner ON clew.%I TO clew_owner USING (true) WITH CHECK (true)', t);
    END LOOP;
END $$;

-- Which profile another agency has and what it calls its codes is told with its categories alone (clew.categories_told).
CREATE POLICY read ON clew.profiles FOR SELECT TO clew_app
    USING ((agency_id IS NULL AND (SELECT clew.viewer_officer()) IS NOT NULL) OR agency_id = (SELECT clew.viewer_agency()));
CREATE POLICY change ON clew.profiles TO clew_app
    USING (agency_id = (SELECT clew.viewer_agency()) AND (SELECT clew.viewer_has_role('agency_administrator')));
CREATE POLICY read ON clew.profile_codes FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.profiles p WHERE p.id = profile_id));
CREATE POLICY change ON clew.profile_codes TO clew_app
    USING ((SELECT clew.viewer_has_role('agency_administrator')) AND EXISTS (
        SELECT 1 FROM clew.profiles p WHERE p.id = profile_id AND p.agency_id = (SELECT clew.viewer_agency())));
CREATE POLICY read ON clew.profile_choices FOR SELECT TO clew_app USING (agency_id = (SELECT clew.viewer_agency()));
CREATE POLICY change ON clew.profile_choices TO clew_app
    USING (agency_id = (SELECT clew.viewer_agency()) AND (SELECT clew.viewer_has_role('agency_administrator')));

CREATE POLICY read ON clew.exhibit_facts FOR SELECT TO clew_app
    USING (cube & 64 = 0 AND (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[])
        OR (cube & 32 = 0 AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]))
        OR exhibit_id = ANY ((SELECT clew.granted_exhibits())::uuid[])));
-- A word is told with the first exhibit in sight that has it.
CREATE POLICY read ON clew.case_words FOR SELECT TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]) OR EXISTS (
        SELECT 1 FROM clew.exhibit_facts f WHERE f.case_id = case_words.case_id AND case_words.number = CASE field
            WHEN 'format' THEN f.cube >> 22 & 255 WHEN 'camera' THEN f.cube >> 30 & 4095 ELSE f.cube >> 42 & 4095 END));
CREATE POLICY read ON clew.categories FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibit_facts f WHERE f.exhibit_id = categories.exhibit_id));
CREATE POLICY own ON clew.acts TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()) AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]))
    WITH CHECK (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
                AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]));
CREATE POLICY own ON clew.seen TO clew_app USING (officer_id = (SELECT clew.viewer_officer()))
    WITH CHECK (officer_id = (SELECT clew.viewer_officer())
                AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = exhibit_id AND e.case_id = seen.case_id));
CREATE POLICY own ON clew.selections TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()) AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]));
CREATE POLICY expired ON clew.selections TO clew_system USING (made_at < now() - interval '24 hours');
CREATE POLICY read ON clew.saved_views FOR SELECT TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]) AND (officer_id = (SELECT clew.viewer_officer())
        OR (shared AND agency_id = (SELECT clew.viewer_agency()))));
CREATE POLICY own ON clew.saved_views TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
           AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]));
CREATE POLICY read ON clew.priorities FOR SELECT TO clew_app USING (agency_id = (SELECT clew.viewer_agency()));
CREATE POLICY add ON clew.priorities FOR INSERT TO clew_app
    WITH CHECK (agency_id = (SELECT clew.viewer_agency()) AND officer_id = (SELECT clew.viewer_officer())
                AND (SELECT clew.viewer_reads()));

GRANT SELECT, INSERT, UPDATE (name) ON clew.profiles TO clew_app;
GRANT SELECT, INSERT, UPDATE (label, means_none) ON clew.profile_codes TO clew_app;
GRANT SELECT, INSERT, UPDATE (profile_id) ON clew.profile_choices TO clew_app;
GRANT SELECT ON clew.exhibit_facts, clew.case_words, clew.categories TO clew_app;
GRANT SELECT, INSERT, UPDATE (undone) ON clew.acts TO clew_app;
GRANT SELECT, INSERT ON clew.seen, clew.priorities TO clew_app;
GRANT SELECT, INSERT, DELETE ON clew.selections, clew.saved_views TO clew_app;
GRANT SELECT (made_at), DELETE ON clew.selections TO clew_system;

-- How many exhibits of a case in sight share the same facts: all of them, those one's agency has categorised, and those
-- that one has opened (mark 1), that were judged (2) or are linked (4, only when asked: it costs more than all the rest).
-- The reader takes the parts from the whole (clew/domain/triage/rules.py), so that each part is counted from an index alone.
CREATE FUNCTION clew.counted(of_case uuid, with_links boolean DEFAULT false)
RETURNS TABLE (part text, cube bigint, profile_id uuid, code smallint, marks integer, exhibits bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
DECLARE
    own CONSTANT boolean := of_case = ANY (cases_in_sight(true));
    granted CONSTANT uuid[] := granted_exhibits();
    mine CONSTANT uuid := viewer_agency();
    me CONSTANT uuid := viewer_officer();
    -- Who is not of the team is not told of stacks here: a hidden exhibit may hold one together.
    told CONSTANT bigint := CASE WHEN own THEN -1 ELSE ~(1::bigint << 54) END;
BEGIN
    IF of_case = ANY (cases_in_sight()) IS NOT TRUE THEN RETURN; END IF;
    RETURN QUERY
    SELECT 'all', f.cube & told, NULL::uuid, NULL::smallint, 0, count(*) FROM exhibit_facts f
    WHERE f.case_id = of_case GROUP BY f.cube HAVING f.cube & 64 = 0 AND (own OR f.cube & 32 = 0)
    UNION ALL
    SELECT 'all', f.cube & told, NULL, NULL, 0, 1 FROM exhibit_facts f
    WHERE NOT own AND f.exhibit_id = ANY (granted) AND f.case_id = of_case AND f.cube & 96 = 32
    UNION ALL
    SELECT 'category', c.cube & told, c.profile_id, c.code, 0, count(*) FROM categories c
    WHERE c.case_id = of_case AND c.agency_id = mine AND c.profile_id IS NOT NULL GROUP BY c.profile_id, c.code, c.cube
    HAVING c.cube & 64 = 0 AND (own OR c.cube & 32 = 0)
    UNION ALL
    SELECT 'category', c.cube & told, c.profile_id, c.code, 0, 1 FROM categories c
    WHERE NOT own AND c.exhibit_id = ANY (granted) AND c.case_id = of_case AND c.agency_id = mine AND c.cube & 96 = 32
      AND c.profile_id IS NOT NULL
    UNION ALL
    SELECT 'marked', f.cube & told, c.profile_id, c.code, m.marks, count(*)
    FROM (SELECT x.exhibit_id, bit_or(x.mark) AS marks FROM (
              SELECT s.exhibit_id, 1 AS mark FROM seen s WHERE s.officer_id = me AND s.case_id = of_case
              UNION ALL SELECT j.exhibit_id, 2 FROM judged_exhibits(of_case) j
              UNION ALL SELECT l.exhibit_id, 4 FROM linked_exhibits(of_case) l WHERE with_links AND l.links > 0) x
          GROUP BY x.exhibit_id) m
    JOIN exhibit_facts f ON f.exhibit_id = m.exhibit_id AND f.cube & 64 = 0 AND (own OR f.cube & 32 = 0 OR f.exhibit_id = ANY (granted))
    LEFT JOIN categories c ON c.exhibit_id = m.exhibit_id AND c.agency_id = mine
    GROUP BY 2, 3, 4, 5;
END $$;

-- Exhibits of a case of which a judgement is in sight: both its sides are.
CREATE FUNCTION clew.judged_exhibits(of_case uuid) RETURNS TABLE (exhibit_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT DISTINCT e.id FROM judgements j JOIN exhibits e ON e.id IN (j.exhibit_a, j.exhibit_b)
    WHERE e.case_id = of_case AND viewer_reads() AND clew.sees_exhibit(j.exhibit_a) AND clew.sees_exhibit(j.exhibit_b)
$$;

-- How far the pictures of a case are from one of its exhibits, in bits; the nearest hash of each counts.
CREATE FUNCTION clew.likeness_to(of_exhibit uuid) RETURNS TABLE (number integer, bits bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT f.number, min(clew.bits_apart(a.turned, b.turned, b.symmetry))
    FROM exhibits me JOIN stacked a ON a.media_id = me.media_id
    JOIN exhibits e ON e.case_id = me.case_id AND e.withdrawn_at IS NULL AND e.compared
    JOIN stacked b ON b.media_id = e.media_id JOIN exhibit_facts f ON f.exhibit_id = e.id
    WHERE me.id = of_exhibit AND me.compared AND clew.sees_exhibit(me.id)
      AND (e.case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[])
           OR (NOT e.narrowed AND e.case_id = ANY ((SELECT clew.cases_in_sight())::uuid[])))
    GROUP BY f.number
$$;

-- What agencies say of exhibits in sight, with the words of each one's own profile.
CREATE FUNCTION clew.categories_told(of_exhibits uuid[])
RETURNS TABLE (exhibit_id uuid, agency_code text, own boolean, profile_id uuid, profile text, code smallint, label text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT c.exhibit_id, a.code, c.agency_id = viewer_agency(), c.profile_id, p.name, c.code, l.label
    FROM categories c JOIN agencies a ON a.id = c.agency_id JOIN profiles p ON p.id = c.profile_id
    JOIN profile_codes l ON l.profile_id = c.profile_id AND l.code = c.code
    WHERE c.exhibit_id = ANY (of_exhibits) AND clew.sees_exhibit(c.exhibit_id) ORDER BY c.exhibit_id, a.code
$$;

-- Every change of category of one exhibit in sight, the newest first; officers of other agencies are not named.
CREATE FUNCTION clew.category_history(of_exhibit uuid)
RETURNS TABLE (made_at timestamptz, agency_code text, officer text, profile text, code smallint, label text, verb text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT h.made_at, a.code, CASE WHEN a.id = viewer_agency() THEN o.full_name ELSE a.code END, p.name, h.code, l.label, t.verb
    FROM exhibit_facts f JOIN category_changes h ON h.number = f.number JOIN acts t ON t.id = h.act_id
    JOIN agencies a ON a.id = t.agency_id JOIN officers o ON o.id = t.officer_id
    LEFT JOIN profiles p ON p.id = h.profile_id LEFT JOIN profile_codes l ON l.profile_id = h.profile_id AND l.code = h.code
    WHERE f.exhibit_id = of_exhibit AND clew.sees_exhibit(of_exhibit) ORDER BY h.made_at DESC, h.act_id
$$;

-- Go on with an act for so many of its exhibits, as the officer who began it: what he may not see any more is left out, and
-- who was suspended, or lost the case, stops here. One act of an agency in a case at a time, a step long.
CREATE FUNCTION clew.go_on(one uuid, most integer) RETURNS TABLE (state text, done integer, changed integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
DECLARE a acts%ROWTYPE; land text; own boolean; part integer[]; n integer;
BEGIN
    SELECT * INTO a FROM acts WHERE id = one;
    IF NOT FOUND OR (session_user <> 'clew_system' AND a.officer_id IS DISTINCT FROM viewer_officer()) THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('clew acts ' || a.case_id || a.agency_id, 0));
    SELECT * INTO a FROM acts WHERE id = one FOR UPDATE;
    IF a.state IN ('done', 'stopped') THEN
        RETURN QUERY SELECT a.state, a.done, a.changed;
        RETURN;
    END IF;
    SELECT g.country, c.owner_agency_id = a.agency_id INTO land, own FROM officers o JOIN agencies g ON g.id = o.agency_id
    JOIN cases c ON c.id = a.case_id
    WHERE o.id = a.officer_id AND o.suspended_at IS NULL AND g.cut_off_at IS NULL AND o.roles && ARRAY['investigator', 'analyst'];
    IF NOT FOUND OR a.undone OR clew.stance(a.case_id, a.agency_id, land, a.officer_id) IS DISTINCT FROM 'audience' THEN
        UPDATE acts SET state = 'stopped', done_at = now() WHERE id = one;
        RETURN QUERY SELECT 'stopped', a.done, a.changed;
        RETURN;
    END IF;
    part := a.targets[a.done + 1 : a.done + most];
    WITH facts AS (
        SELECT f.number, f.exhibit_id, f.cube, c.profile_id AS had, c.code AS had_code, c.officer_id AS by
        FROM exhibit_facts f LEFT JOIN categories c ON c.exhibit_id = f.exhibit_id AND c.agency_id = a.agency_id
        WHERE f.number = ANY (part) AND f.case_id = a.case_id AND f.cube & 64 = 0 AND (own OR f.cube & 32 = 0 OR EXISTS (
            SELECT 1 FROM exhibit_grants g WHERE g.exhibit_id = f.exhibit_id AND g.agency_id = a.agency_id))
    ), wanted AS (
        SELECT f.*, a.profile_id AS profile, a.code AS code FROM facts f WHERE a.verb = 'categorise'
        UNION ALL  -- only what still stands as this officer left it is taken back
        SELECT f.*, h.before_profile, h.before_code FROM facts f JOIN category_changes h ON h.act_id = a.of_act AND h.number = f.number
        WHERE a.verb = 'undo' AND (f.had, f.had_code) IS NOT DISTINCT FROM (h.profile_id, h.code) AND f.by = a.officer_id
        UNION ALL
        SELECT f.*, h.profile_id, h.code FROM facts f JOIN category_changes h ON h.act_id = a.of_act AND h.number = f.number
        WHERE a.verb = 'redo' AND (f.had, f.had_code) IS NOT DISTINCT FROM (h.before_profile, h.before_code)
    ), put AS (
        INSERT INTO categories (exhibit_id, agency_id, case_id, number, cube, profile_id, code, officer_id)
        SELECT w.exhibit_id, a.agency_id, a.case_id, w.number, w.cube, w.profile, w.code, a.officer_id FROM wanted w
        WHERE (w.profile, w.code) IS DISTINCT FROM (w.had, w.had_code)
        ON CONFLICT (exhibit_id, agency_id) DO UPDATE SET profile_id = EXCLUDED.profile_id, code = EXCLUDED.code,
            officer_id = EXCLUDED.officer_id, made_at = clock_timestamp(), cube = EXCLUDED.cube
        RETURNING number, profile_id, code
    )
    INSERT INTO category_changes (act_id, number, before_profile, before_code, profile_id, code)
    SELECT a.id, p.number, w.had, w.had_code, p.profile_id, p.code FROM put p JOIN wanted w ON w.number = p.number;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN QUERY UPDATE acts t SET done = least(a.total, a.done + most), changed = a.changed + n,
        state = CASE WHEN a.done + most >= a.total THEN 'done' ELSE 'running' END,
        done_at = CASE WHEN a.done + most >= a.total THEN now() END
        WHERE t.id = one RETURNING t.state, t.done, t.changed;
END $$;

-- Take codes out of an own profile; false, and none is gone, where one is in use anywhere.
CREATE FUNCTION clew.drop_codes(of_profile uuid, kept integer[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM profiles p WHERE p.id = of_profile AND p.agency_id = viewer_agency()
                   AND viewer_has_role('agency_administrator')) THEN RETURN false; END IF;
    DELETE FROM profile_codes l WHERE l.profile_id = of_profile AND NOT l.code = ANY (kept);
    RETURN true;
EXCEPTION WHEN foreign_key_violation THEN
    RETURN false;
END $$;

-- Hand files out, in the order given, that nobody else of the agency has in his hands and that it has not categorised.
-- Two who ask at once pass over each other's rows, and of one that both reach only the first gets the lease.
CREATE FUNCTION clew.hand_out(of_case uuid, candidates integer[], most integer, minutes integer) RETURNS SETOF integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me CONSTANT uuid := viewer_officer();
    mine CONSTANT uuid := viewer_agency();
    own CONSTANT boolean := of_case = ANY (cases_in_sight(true));
BEGIN
    IF of_case = ANY (cases_in_sight()) IS NOT TRUE THEN RETURN; END IF;
    RETURN QUERY
    WITH free AS (
        SELECT f.number, f.exhibit_id, u.place FROM unnest(candidates) WITH ORDINALITY u(number, place)
        JOIN exhibit_facts f ON f.number = u.number AND f.case_id = of_case AND f.cube & 64 = 0 AND (own OR f.cube & 32 = 0)
        WHERE NOT EXISTS (SELECT 1 FROM leases l WHERE l.exhibit_id = f.exhibit_id AND l.agency_id = mine
                          AND l.until > now() AND l.officer_id <> me)
          AND NOT EXISTS (SELECT 1 FROM categories c WHERE c.exhibit_id = f.exhibit_id AND c.agency_id = mine AND c.code IS NOT NULL)
        ORDER BY u.place LIMIT most FOR UPDATE OF f SKIP LOCKED
    ), got AS (
        INSERT INTO leases AS l (exhibit_id, agency_id, officer_id, until)
        SELECT f.exhibit_id, mine, me, now() + make_interval(mins => minutes) FROM free f
        ON CONFLICT (exhibit_id, agency_id) DO UPDATE SET officer_id = EXCLUDED.officer_id, until = EXCLUDED.until
        WHERE l.until <= now() OR l.officer_id = me
        RETURNING exhibit_id
    )
    SELECT f.number FROM free f JOIN got g ON g.exhibit_id = f.exhibit_id ORDER BY f.place;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.counted(uuid, boolean), clew.judged_exhibits(uuid), clew.likeness_to(uuid),
    clew.categories_told(uuid[]), clew.category_history(uuid), clew.hand_out(uuid, integer[], integer, integer),
    clew.drop_codes(uuid, integer[]) TO clew_app;
GRANT EXECUTE ON FUNCTION clew.go_on(uuid, integer) TO clew_app, clew_system;
