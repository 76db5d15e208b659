-- The second wall: row-level security from the verified viewer, and the few functions that look beyond it.

-- What a case lets this agency (and officer) know: audience, contact, owner-first or denied. access.md, "A hit".
CREATE FUNCTION clew.stance(of_case uuid, to_agency uuid, to_country text, to_officer uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT CASE
        WHEN c.expires <= current_date THEN 'denied'
        WHEN c.owner_agency_id = to_agency THEN
            CASE WHEN to_officer IS NOT NULL AND (c.team = 'agency' OR EXISTS (SELECT 1 FROM case_team t
                     WHERE t.case_id = c.id AND t.officer_id = to_officer))
                 THEN 'audience' ELSE 'contact' END
        WHEN EXISTS (SELECT 1 FROM case_parties p WHERE p.case_id = c.id AND p.list = 'deny'
                     AND (p.agency_id = to_agency OR p.country = to_country)) THEN 'denied'
        WHEN c.audience = 'network' THEN 'audience'
        WHEN c.audience = 'listed' AND EXISTS (SELECT 1 FROM case_parties p WHERE p.case_id = c.id
                     AND p.list = 'audience' AND (p.agency_id = to_agency OR p.country = to_country)) THEN 'audience'
        ELSE c.hits END
    FROM cases c WHERE c.id = of_case
$$;

-- Cases the viewer knows of, as one array so that a query pays for it once.
CREATE FUNCTION clew.cases_in_sight(own_only boolean DEFAULT false) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}')
    FROM cases c, (SELECT viewer_officer() AS officer, viewer_agency() AS agency, viewer_country() AS country,
                          viewer_reads() AS reads) v
    WHERE v.reads AND c.expires > current_date AND CASE WHEN c.owner_agency_id = v.agency
        THEN c.team = 'agency' OR EXISTS (SELECT 1 FROM case_team t WHERE t.case_id = c.id AND t.officer_id = v.officer)
        ELSE NOT own_only
          AND NOT EXISTS (SELECT 1 FROM case_parties p WHERE p.case_id = c.id AND p.list = 'deny'
                          AND (p.agency_id = v.agency OR p.country = v.country))
          AND (c.audience = 'network' OR (c.audience = 'listed' AND EXISTS (SELECT 1 FROM case_parties p
               WHERE p.case_id = c.id AND p.list = 'audience' AND (p.agency_id = v.agency OR p.country = v.country))))
        END
$$;

-- Cases whose policy the viewer may set: his team's, or as administrator of the owner agency (even expired).
CREATE FUNCTION clew.cases_managed() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM cases c
    WHERE c.owner_agency_id = viewer_agency() AND (viewer_has_role('agency_administrator')
        OR c.id = ANY (clew.cases_in_sight(true)))
$$;

-- Exhibits granted alone to the viewer's agency; a deny list beats the grant.
CREATE FUNCTION clew.granted_exhibits() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT coalesce(array_agg(e.id), '{}')
    FROM exhibit_grants g JOIN exhibits e ON e.id = g.exhibit_id JOIN cases c ON c.id = e.case_id
    WHERE viewer_reads() AND g.agency_id = viewer_agency() AND c.owner_agency_id <> viewer_agency()
      AND clew.stance(c.id, viewer_agency(), viewer_country(), viewer_officer()) <> 'denied'
$$;

-- Agencies of the viewer's country, when he administers its bureau: there he grants the biometric right.
CREATE FUNCTION clew.bureau_agencies() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT coalesce(array_agg(a.id), '{}') FROM agencies a
    WHERE a.country = viewer_country() AND viewer_has_role('agency_administrator')
      AND EXISTS (SELECT 1 FROM agencies b WHERE b.id = viewer_agency() AND b.kind = 'bureau')
$$;

CREATE FUNCTION clew.sees_exhibit(one uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT viewer_reads() AND EXISTS (SELECT 1 FROM exhibits e JOIN cases c ON c.id = e.case_id
        WHERE e.id = one AND e.withdrawn_at IS NULL
          AND ((clew.stance(c.id, viewer_agency(), viewer_country(), viewer_officer()) = 'audience'
                AND (NOT e.narrowed OR c.owner_agency_id = viewer_agency()))
               OR e.id = ANY (clew.granted_exhibits())))
$$;

-- Content arrives: one row a content, whoever brought it; tells the store, never the viewer, what was there.
CREATE FUNCTION clew.deposit_media(new_id uuid, of_sha256 bytea, of_sha1 bytea, of_md5 bytea, of_size bigint,
                                   named text)
RETURNS TABLE (media_id uuid, object_name text, held_by uuid, wrapped_key bytea)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF session_user <> 'clew_system' AND NOT viewer_reads() THEN RETURN; END IF;
    INSERT INTO media (id, sha256, sha1, md5, size, object_name)
    VALUES (new_id, of_sha256, of_sha1, of_md5, of_size, named) ON CONFLICT (sha256) DO NOTHING;
    -- Content whose last key was erased comes back with the object that is being brought now.
    UPDATE media m SET object_name = named WHERE m.sha256 = of_sha256 AND m.object_name <> named
        AND NOT EXISTS (SELECT 1 FROM media_keys k WHERE k.media_id = m.id);
    RETURN QUERY SELECT m.id, m.object_name, k.agency_id, k.wrapped_key
        FROM media m LEFT JOIN media_keys k ON k.media_id = m.id WHERE m.sha256 = of_sha256
        ORDER BY k.agency_id LIMIT 1;
END $$;

CREATE FUNCTION clew.add_media_key(of_media uuid, of_agency uuid, key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    IF session_user <> 'clew_system' AND of_agency IS DISTINCT FROM viewer_agency() THEN
        RAISE EXCEPTION 'only the own agency''s key';
    END IF;
    INSERT INTO media_keys VALUES (of_media, of_agency, key) ON CONFLICT DO NOTHING;
END $$;

-- The owner's key of an exhibit's content, for a viewer who may know of the exhibit.
CREATE FUNCTION clew.exhibit_key(one uuid)
RETURNS TABLE (object_name text, agency_id uuid, wrapped_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT m.object_name, k.agency_id, k.wrapped_key
    FROM exhibits e JOIN cases c ON c.id = e.case_id JOIN media m ON m.id = e.media_id
    JOIN media_keys k ON k.media_id = m.id AND k.agency_id = c.owner_agency_id
    WHERE e.id = one AND clew.sees_exhibit(one)
$$;

-- A name for a pair of cases that tells nothing about the other one.
CREATE FUNCTION clew.hit_handle(mine uuid, other uuid) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT encode(substr(sha256(s.secret || convert_to('hit|' || mine || '|' || other, 'UTF8')), 1, 16), 'hex')::uuid
    FROM viewer_secret s
$$;

-- Every hit of the viewer's exhibits of one case with what he learns of it; tells the other side too, so it is for
-- the functions below only. Each side is judged by the other side's policy (access.md, "A hit"); a narrowed exhibit
-- falls back to what an outsider gets, a granted one is shown itself. Contact and asked go to the case's own team.
-- What is asked of the viewer is asked once, and each call is planned for its case: most exhibits hit nothing, and
-- the joins of `pairs` leave them out before anything else is done.
CREATE FUNCTION clew.judged_hits(of_case uuid, of_exhibits uuid[])
RETURNS TABLE (exhibit_id uuid, other_exhibit uuid, other_case uuid, made_at timestamptz, link_id uuid, matcher text,
               value real, verdict text, flipped boolean, level text, may_disclose boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    my_agency CONSTANT uuid := viewer_agency();
    my_country CONSTANT text := viewer_country();
    me CONSTANT uuid := viewer_officer();
    granted CONSTANT uuid[] := granted_exhibits();
    seen CONSTANT boolean := clew.stance(of_case, my_agency, my_country, me) = 'audience';
    my_hits text;
    my_owner uuid;
    own boolean;
BEGIN
    IF NOT viewer_reads() THEN RETURN; END IF;
    SELECT c.hits, c.owner_agency_id, c.owner_agency_id = my_agency INTO my_hits, my_owner, own
    FROM cases c WHERE c.id = of_case;
    RETURN QUERY
    WITH mine AS NOT MATERIALIZED (
        SELECT e.id, e.media_id, e.narrowed FROM exhibits e
        WHERE e.case_id = of_case AND e.withdrawn_at IS NULL AND (of_exhibits IS NULL OR e.id = ANY (of_exhibits))
          AND ((seen AND (NOT e.narrowed OR own)) OR e.id = ANY (granted))
    ), pairs AS MATERIALIZED (
        -- The same bytes lie in another case (they are one exhibit of a case); then links, either way round.
        SELECT x.id AS exhibit_id, x.narrowed AS my_narrowed, b.id AS other_exhibit, b.case_id AS other_case,
               b.narrowed AS other_narrowed, b.made_at, NULL::uuid AS link_id, 'exact' AS matcher, 1::real AS value,
               'match' AS verdict, false AS flipped
        FROM mine x JOIN exhibits b ON b.media_id = x.media_id WHERE b.case_id <> of_case AND b.withdrawn_at IS NULL
        UNION ALL
        SELECT x.id, x.narrowed, b.id, b.case_id, b.narrowed, b.made_at, l.id, l.matcher, l.value, l.verdict, false
        FROM mine x JOIN links l ON l.media_a = x.media_id JOIN exhibits b ON b.media_id = l.media_b
        WHERE b.withdrawn_at IS NULL
        UNION ALL
        SELECT x.id, x.narrowed, b.id, b.case_id, b.narrowed, b.made_at, l.id, l.matcher, l.value, l.verdict, true
        FROM mine x JOIN links l ON l.media_b = x.media_id JOIN exhibits b ON b.media_id = l.media_a
        WHERE b.withdrawn_at IS NULL
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
            WHEN s.ours = 'owner-first' THEN 'asked' END AS level
        FROM stances s
    )
    SELECT j.exhibit_id, j.other_exhibit, j.other_case, j.made_at, j.link_id, j.matcher, j.value, j.verdict,
           j.flipped, j.level, own AND NOT j.one_agency AND j.ours = 'owner-first' AND NOT j.we_said
    FROM judged j WHERE j.level IS NOT NULL;
END $$;

-- How sure a hit is, as an outsider may hear it.
CREATE FUNCTION clew.band(value real, verdict text) RETURNS text LANGUAGE sql IMMUTABLE AS
    $$ SELECT CASE WHEN verdict = 'possible' OR value < 0.9 THEN 'possible' WHEN value < 0.99 THEN 'strong' ELSE 'certain' END $$;

-- The hits of the viewer's exhibits of one case, told as far as the other side's owner allows.
CREATE FUNCTION clew.hits(of_case uuid, of_exhibits uuid[] DEFAULT NULL)
RETURNS TABLE (exhibit_id uuid, level text, may_disclose boolean, handle uuid, other_exhibit_id uuid, other_case_id uuid,
               agency_code text, agency_name text, country text, reference text, contact text, since date,
               link_id uuid, matcher text, value real, band text, verdict text, why text, parameters jsonb,
               where_at jsonb, flipped boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    WITH judged AS MATERIALIZED (
        SELECT * FROM clew.judged_hits(of_case, of_exhibits)
    ), others AS MATERIALIZED (
        SELECT c.id, c.reference, coalesce(nullif(c.contact, ''), a.contact) AS call, a.code, a.name, a.country,
               clew.hit_handle(of_case, c.id) AS handle, o.since
        FROM (SELECT j.other_case, (min(j.made_at) FILTER (WHERE j.level = 'contact'))::date AS since
              FROM judged j GROUP BY j.other_case) o
        JOIN cases c ON c.id = o.other_case JOIN agencies a ON a.id = c.owner_agency_id
    )
    SELECT j.exhibit_id, j.level, j.may_disclose, o.handle, j.other_exhibit, j.other_case, o.code, o.name, o.country,
           o.reference, o.call, j.made_at::date, j.link_id, j.matcher, j.value, clew.band(j.value, j.verdict),
           j.verdict, coalesce(l.why, 'same-bytes'), coalesce(l.parameters, '{}'), coalesce(l.where_at, '{}'), j.flipped
    FROM judged j JOIN others o ON o.id = j.other_case LEFT JOIN links l ON l.id = j.link_id WHERE j.level = 'audience'
    UNION ALL
    SELECT j.exhibit_id, 'contact', j.may_disclose, o.handle, NULL::uuid, NULL::uuid, o.code, o.name, o.country,
           o.reference, o.call, o.since, NULL::uuid, j.matcher, NULL::real, clew.band(j.value, j.verdict), j.verdict,
           NULL::text, '{}'::jsonb, '{}'::jsonb, false
    FROM (SELECT DISTINCT ON (h.exhibit_id, h.other_case, h.matcher) h.* FROM judged h WHERE h.level = 'contact'
          ORDER BY h.exhibit_id, h.other_case, h.matcher, h.verdict, h.value DESC) j
    JOIN others o ON o.id = j.other_case
    UNION ALL
    SELECT NULL::uuid, 'asked', bool_or(j.may_disclose), o.handle, NULL::uuid, NULL::uuid,
           NULL, NULL, NULL, NULL, NULL, NULL::date, NULL::uuid, NULL, NULL::real, NULL, NULL, NULL,
           '{}'::jsonb, '{}'::jsonb, false
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
        FROM clew.judged_hits(of_case, NULL) h WHERE h.other_case <> of_case GROUP BY h.other_case, h.level
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
    FROM clew.judged_hits(of_case, of_exhibits) h WHERE h.level <> 'asked' GROUP BY h.exhibit_id
$$;

-- How many exhibits the viewer knows of in each case in sight, refused ones counted apart.
CREATE FUNCTION clew.exhibit_counts(of_case uuid DEFAULT NULL)
RETURNS TABLE (case_id uuid, shown bigint, refused bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    my_agency CONSTANT uuid := viewer_agency();
    granted CONSTANT uuid[] := granted_exhibits();
    known CONSTANT uuid[] := cases_in_sight();
BEGIN
    RETURN QUERY
    SELECT e.case_id, count(*) FILTER (WHERE e.state <> 'refused'), count(*) FILTER (WHERE e.state = 'refused')
    FROM cases c JOIN exhibits e ON e.case_id = c.id
    WHERE c.id = ANY (known) AND (of_case IS NULL OR c.id = of_case) AND e.withdrawn_at IS NULL
      AND (NOT e.narrowed OR c.owner_agency_id = my_agency OR e.id = ANY (granted))
    GROUP BY e.case_id;
END $$;

-- Find the other case behind a handle, for disclosing; only among this case's hits that are open to it.
CREATE FUNCTION clew.disclose(of_case uuid, pair uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE found_case uuid;
BEGIN
    IF NOT of_case = ANY (clew.cases_in_sight(true)) THEN RETURN false; END IF;
    SELECT o.other_case INTO found_case
    FROM (SELECT DISTINCT h.other_case FROM clew.judged_hits(of_case, NULL) h WHERE h.may_disclose) o
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
        FROM searches s JOIN search_hits h ON h.search_id = s.id JOIN exhibits e ON e.media_id = h.media_id
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
    FROM judged j WHERE j.seen = 'contact' ORDER BY j.other_case, j.matcher, j.value DESC)
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.cases_in_sight(boolean), clew.cases_managed(), clew.granted_exhibits(),
    clew.bureau_agencies(), clew.sees_exhibit(uuid), clew.exhibit_key(uuid), clew.hits(uuid, uuid[]),
    clew.overlap(uuid), clew.linked_exhibits(uuid, uuid[]), clew.exhibit_counts(uuid), clew.disclose(uuid, uuid),
    clew.search_results(uuid) TO clew_app;
GRANT EXECUTE ON FUNCTION clew.deposit_media(uuid, bytea, bytea, bytea, bigint, text),
    clew.add_media_key(uuid, uuid, bytea) TO clew_app, clew_system;

-- Nobody changes his own roles or a higher account's, whatever the application believes; the biometric right comes from
-- the bureau of the country.
CREATE FUNCTION clew.grants_reach_down() RETURNS trigger LANGUAGE plpgsql SET search_path = clew, pg_temp AS $$
BEGIN
    IF OLD.roles IS NOT DISTINCT FROM NEW.roles OR viewer_officer() IS NULL THEN
        RETURN NEW;
    END IF;
    IF NEW.id = viewer_officer() THEN
        RAISE EXCEPTION 'nobody grants roles to himself';
    END IF;
    IF OLD.roles || NEW.roles && ARRAY['auditor', 'system_administrator'] AND NOT viewer_has_role('system_administrator') THEN
        RAISE EXCEPTION 'nobody grants upwards';
    END IF;
    IF 'biometric' = ANY (NEW.roles) AND NOT 'biometric' = ANY (OLD.roles)
       AND NOT NEW.agency_id = ANY (clew.bureau_agencies()) THEN
        RAISE EXCEPTION 'the biometric right is the bureau''s to grant';
    END IF;
    IF NEW.agency_id <> viewer_agency() AND NOT viewer_has_role('system_administrator')
       AND array_remove(OLD.roles, 'biometric') IS DISTINCT FROM array_remove(NEW.roles, 'biometric') THEN
        RAISE EXCEPTION 'a bureau grants the biometric right only';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grants_reach_down BEFORE UPDATE OF roles ON clew.officers
    FOR EACH ROW EXECUTE FUNCTION clew.grants_reach_down();
REVOKE EXECUTE ON FUNCTION clew.grants_reach_down() FROM PUBLIC;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['agencies', 'officers', 'sessions', 'viewer_secret', 'cases', 'case_team', 'case_parties',
        'disclosures', 'contributions', 'media', 'media_keys', 'exhibits', 'exhibit_grants', 'files', 'uploads', 'answers',
        'signals', 'described', 'links', 'judgements', 'stack_members', 'searches', 'search_hits']
    LOOP
        EXECUTE format('ALTER TABLE clew.%I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('ALTER TABLE clew.%I FORCE ROW LEVEL SECURITY', t);
        -- The owner's functions above are the only users of this policy; nothing runs as the owner but migrations.
        EXECUTE format('CREATE POLICY by_owner ON clew.%I TO clew_owner USING (true) WITH CHECK (true)', t);
        IF t NOT IN ('viewer_secret', 'answers', 'case_team', 'case_parties', 'disclosures', 'exhibit_grants') THEN
            EXECUTE format('CREATE POLICY by_system ON clew.%I TO clew_system USING (true) WITH CHECK (true)', t);
        END IF;
    END LOOP;
END $$;

CREATE POLICY read ON clew.agencies FOR SELECT TO clew_app USING ((SELECT clew.viewer_officer()) IS NOT NULL);
CREATE POLICY add ON clew.agencies FOR INSERT TO clew_app
    WITH CHECK ((SELECT clew.viewer_has_role('system_administrator')));
CREATE POLICY change ON clew.agencies FOR UPDATE TO clew_app
    USING ((SELECT clew.viewer_has_role('system_administrator'))
           OR (id = (SELECT clew.viewer_agency()) AND (SELECT clew.viewer_has_role('agency_administrator'))));

CREATE POLICY read ON clew.officers FOR SELECT TO clew_app
    USING (agency_id = (SELECT clew.viewer_agency()) OR (SELECT clew.viewer_has_role('system_administrator'))
           OR agency_id = ANY ((SELECT clew.bureau_agencies())::uuid[]));
CREATE POLICY add ON clew.officers FOR INSERT TO clew_app
    WITH CHECK (((SELECT clew.viewer_has_role('system_administrator')) AND roles <@ ARRAY['agency_administrator', 'auditor'])
        OR (agency_id = (SELECT clew.viewer_agency()) AND (SELECT clew.viewer_has_role('agency_administrator'))
            AND roles <@ ARRAY['investigator', 'analyst', 'agency_administrator']));
CREATE POLICY change ON clew.officers FOR UPDATE TO clew_app
    USING (id = (SELECT clew.viewer_officer()) OR (SELECT clew.viewer_has_role('system_administrator'))
        OR (agency_id = (SELECT clew.viewer_agency()) AND (SELECT clew.viewer_has_role('agency_administrator')))
        OR agency_id = ANY ((SELECT clew.bureau_agencies())::uuid[]));

CREATE POLICY own ON clew.sessions TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()) OR (SELECT clew.viewer_has_role('system_administrator'))
        OR ((SELECT clew.viewer_has_role('agency_administrator')) AND officer_id IN (
            SELECT o.id FROM clew.officers o WHERE o.agency_id = (SELECT clew.viewer_agency()))));

CREATE POLICY read ON clew.cases FOR SELECT TO clew_app
    USING (id = ANY ((SELECT clew.cases_in_sight())::uuid[]) OR id = ANY ((SELECT clew.cases_managed())::uuid[]));
CREATE POLICY add ON clew.cases FOR INSERT TO clew_app
    WITH CHECK (owner_agency_id = (SELECT clew.viewer_agency()) AND made_by = (SELECT clew.viewer_officer())
                AND (SELECT clew.viewer_reads()));
CREATE POLICY change ON clew.cases FOR UPDATE TO clew_app USING (id = ANY ((SELECT clew.cases_managed())::uuid[]))
    WITH CHECK (owner_agency_id = (SELECT clew.viewer_agency()));

CREATE POLICY read ON clew.case_team FOR SELECT TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_managed())::uuid[]));
CREATE POLICY change ON clew.case_team TO clew_app USING (case_id = ANY ((SELECT clew.cases_managed())::uuid[]));
CREATE POLICY read ON clew.case_parties FOR SELECT TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_managed())::uuid[]));
CREATE POLICY change ON clew.case_parties TO clew_app USING (case_id = ANY ((SELECT clew.cases_managed())::uuid[]));

CREATE POLICY own ON clew.contributions TO clew_app USING (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]));
CREATE POLICY own ON clew.files TO clew_app USING (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]));
CREATE POLICY own ON clew.uploads TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()) AND case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]));
CREATE POLICY own ON clew.answers TO clew_app USING (officer_id = (SELECT clew.viewer_officer()));

CREATE POLICY read ON clew.exhibits FOR SELECT TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[])
        OR (NOT narrowed AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]))
        OR id = ANY ((SELECT clew.granted_exhibits())::uuid[]));
CREATE POLICY add ON clew.exhibits FOR INSERT TO clew_app
    WITH CHECK (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]));
CREATE POLICY change ON clew.exhibits FOR UPDATE TO clew_app
    USING (case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[]));
CREATE POLICY own ON clew.exhibit_grants TO clew_app
    USING (exhibit_id IN (SELECT e.id FROM clew.exhibits e
                          WHERE e.case_id = ANY ((SELECT clew.cases_in_sight(true))::uuid[])));

CREATE POLICY read ON clew.media FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = media.id));
CREATE POLICY read ON clew.links FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = links.media_a)
       AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = links.media_b));
CREATE POLICY read ON clew.judgements FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_a)
       AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_b));
CREATE POLICY add ON clew.judgements FOR INSERT TO clew_app
    WITH CHECK (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
        AND (SELECT clew.viewer_reads())
        AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_a)
        AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_b));
CREATE POLICY read ON clew.stack_members FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = stack_members.media_id));
CREATE POLICY own ON clew.searches TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()))
    WITH CHECK (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
                AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[]));
