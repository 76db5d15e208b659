-- Whether the login that asks may have a row bound: the web what its viewer may know of, the door accounts.
CREATE FUNCTION clew.binds(of_table text, of_id uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT CASE session_user WHEN 'clew_door' THEN of_table = 'officers' WHEN 'clew_app' THEN CASE of_table
        WHEN 'officers' THEN EXISTS (SELECT 1 FROM officers o WHERE o.id = of_id AND (o.agency_id = viewer_agency()
            OR viewer_has_role('system_administrator') OR o.agency_id = ANY (clew.bureau_agencies())))
        WHEN 'agencies' THEN viewer_officer() IS NOT NULL
        WHEN 'cases' THEN of_id = ANY (clew.cases_in_sight()) OR of_id = ANY (clew.cases_managed())
        WHEN 'judgements' THEN EXISTS (SELECT 1 FROM judgements j WHERE j.id = of_id AND (j.officer_id = viewer_officer()
            OR (clew.sees_exhibit(j.exhibit_a) AND clew.sees_exhibit(j.exhibit_b))))
        ELSE false END ELSE true END
$$;
REVOKE EXECUTE ON FUNCTION clew.binds(text, uuid) FROM PUBLIC;

-- The hash of a row as an event binds it: accounts, agencies, policies and judgements. Shows nothing of the row, and of
-- no row that the viewer may not know of.
CREATE FUNCTION clew.row_hash(of_table text, of_id uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT encode(sha256(convert_to(r.row::text, 'UTF8')), 'hex') FROM (
        SELECT jsonb_build_object('id', o.id, 'agency', o.agency_id, 'login', o.login, 'name', o.full_name,
            'roles', o.roles, 'suspended', o.suspended_at IS NOT NULL,
            'credentials', encode(o.credentials_hash, 'hex')) AS row
        FROM officers o WHERE of_table = 'officers' AND o.id = of_id
        UNION ALL SELECT jsonb_build_object('id', a.id, 'code', a.code, 'name', a.name, 'country', a.country,
            'kind', a.kind, 'contact', a.contact, 'cut_off', a.cut_off_at IS NOT NULL, 'reveal_limit', a.reveal_limit)
        FROM agencies a WHERE of_table = 'agencies' AND a.id = of_id
        UNION ALL SELECT jsonb_build_object('id', c.id, 'owner', c.owner_agency_id, 'reference', c.reference,
            'contact', c.contact, 'team', c.team, 'audience', c.audience, 'hits', c.hits, 'conditions', c.conditions,
            'handling', c.handling, 'expires', c.expires, 'made_by', c.made_by,
            'members', (SELECT jsonb_agg(t.officer_id ORDER BY t.officer_id) FROM case_team t WHERE t.case_id = c.id),
            'parties', (SELECT jsonb_agg(jsonb_build_array(p.list, p.agency_id, p.country)
                        ORDER BY p.list, p.agency_id, p.country) FROM case_parties p WHERE p.case_id = c.id))
        FROM cases c WHERE of_table = 'cases' AND c.id = of_id
        UNION ALL SELECT jsonb_build_object('id', j.id, 'link', j.link_id, 'a', j.exhibit_a, 'b', j.exhibit_b,
            'officer', j.officer_id, 'agency', j.agency_id, 'answer', j.answer, 'reason', j.reason, 'at', j.made_at)
        FROM judgements j WHERE of_table = 'judgements' AND j.id = of_id) r WHERE clew.binds(of_table, of_id)
$$;
REVOKE EXECUTE ON FUNCTION clew.row_hash(text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.row_hash(text, uuid) TO clew_app, clew_door, clew_system;

-- How much clear material the viewer has looked at, for himself and his limit: the record itself stays out of his reach.
CREATE FUNCTION clew.own_exposure() RETURNS TABLE (hour bigint, today bigint, week bigint, seconds_today real, seconds_week real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT count(*) FILTER (WHERE r.revealed AND r.at > now() - interval '1 hour'),
           count(*) FILTER (WHERE r.revealed AND r.at >= date_trunc('day', now())), count(*) FILTER (WHERE r.revealed),
           coalesce(sum(r.seconds) FILTER (WHERE r.at >= date_trunc('day', now())), 0), coalesce(sum(r.seconds), 0)
    FROM (SELECT e.at, e.verb = 'reveal' AS revealed, CAST(e.payload #>> '{detail,seconds}' AS real) AS seconds FROM events e
          WHERE e.officer_id = viewer_officer() AND e.verb IN ('reveal', 'hide_again')
            AND e.at >= date_trunc('day', now()) - interval '6 days') r
$$;

-- Which matchers have looked at an exhibit in sight, and with what quality; never a hash. Nothing before the exhibit was
-- opened, and no older version: who had the same content before is nobody's business.
CREATE FUNCTION clew.exhibit_signals(one uuid)
RETURNS TABLE (matcher text, version integer, signals bigint, best_quality smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT d.matcher, d.version, count(s.id), max(s.quality)
    FROM exhibits e JOIN described d ON d.media_id = e.media_id
    LEFT JOIN signals s ON s.media_id = d.media_id AND s.matcher = d.matcher AND s.version = d.version
    WHERE e.id = one AND e.state = 'imported' AND (d.matcher IN ('pdq', 'frames') OR e.in_depth)
      AND clew.sees_exhibit(one) AND NOT EXISTS (SELECT 1 FROM described n
        WHERE n.media_id = d.media_id AND n.matcher = d.matcher AND n.version > d.version) GROUP BY 1, 2 ORDER BY 1, 2
$$;
REVOKE EXECUTE ON FUNCTION clew.own_exposure(), clew.exhibit_signals(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.own_exposure(), clew.exhibit_signals(uuid) TO clew_app;
-- Making the node is the one verb of the owner's login.
CREATE POLICY events_owner_appends ON clew.events FOR INSERT TO clew_owner WITH CHECK (true);

-- Searches of the last hour, the viewer's own and his agency's: numbers only.
CREATE FUNCTION clew.searches_this_hour() RETURNS TABLE (own bigint, agency bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT count(*) FILTER (WHERE s.officer_id = viewer_officer()), count(*) FROM searches s
    WHERE s.agency_id = viewer_agency() AND s.made_at > now() - interval '1 hour'
$$;
REVOKE EXECUTE ON FUNCTION clew.searches_this_hour() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.searches_this_hour() TO clew_app;
