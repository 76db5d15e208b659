-- The second wall: row-level security from the verified viewer, and the few functions that look beyond it.
-- What hits tell stands in 82_hits.sql.

-- These functions are asked several times in each statement, so they are plpgsql: its plans are kept for the session,
-- where those of a function in SQL are made again for each statement.

-- What a case lets this agency (and officer) know: audience, contact, owner-first or denied. access.md, "A hit".
CREATE FUNCTION clew.stance(of_case uuid, to_agency uuid, to_country text, to_officer uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    RETURN (SELECT CASE
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
    FROM cases c WHERE c.id = of_case);
END $$;

-- Cases the viewer knows of, as one array so that a query pays for it once.
CREATE FUNCTION clew.cases_in_sight(own_only boolean DEFAULT false) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE
    claims CONSTANT text[] := viewer_claims();
    me CONSTANT uuid := claims[1]::uuid;
    my_agency CONSTANT uuid := claims[2]::uuid;
    my_country CONSTANT text := claims[3];
    own uuid[];
BEGIN
    IF (string_to_array(claims[4], ',') && ARRAY['investigator', 'analyst']) IS NOT TRUE THEN RETURN '{}'; END IF;
    own := ARRAY(SELECT c.id FROM cases c WHERE c.owner_agency_id = my_agency AND c.expires > current_date
                 AND (c.team = 'agency' OR EXISTS (SELECT 1 FROM case_team t
                      WHERE t.case_id = c.id AND t.officer_id = me)));
    IF own_only THEN RETURN own; END IF;
    RETURN own || ARRAY(SELECT c.id FROM cases c
        WHERE c.owner_agency_id <> my_agency AND c.expires > current_date
          AND (c.audience = 'network' OR (c.audience = 'listed' AND EXISTS (SELECT 1 FROM case_parties p
               WHERE p.case_id = c.id AND p.list = 'audience' AND (p.agency_id = my_agency OR p.country = my_country))))
          AND NOT EXISTS (SELECT 1 FROM case_parties p WHERE p.case_id = c.id AND p.list = 'deny'
                          AND (p.agency_id = my_agency OR p.country = my_country)));
END $$;

-- Cases whose policy the viewer may set: his team's, or as administrator of the owner agency (even expired).
CREATE FUNCTION clew.cases_managed() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE claims CONSTANT text[] := viewer_claims();
BEGIN
    IF 'agency_administrator' = ANY (string_to_array(claims[4], ',')) THEN
        RETURN ARRAY(SELECT c.id FROM cases c WHERE c.owner_agency_id = claims[2]::uuid);
    END IF;
    RETURN cases_in_sight(true);
END $$;

-- Exhibits granted alone to the viewer's agency; a deny list beats the grant.
CREATE FUNCTION clew.granted_exhibits() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE
    claims CONSTANT text[] := viewer_claims();
    me CONSTANT uuid := claims[1]::uuid;
    my_agency CONSTANT uuid := claims[2]::uuid;
BEGIN
    IF (string_to_array(claims[4], ',') && ARRAY['investigator', 'analyst']) IS NOT TRUE THEN RETURN '{}'; END IF;
    RETURN ARRAY(SELECT e.id
        FROM exhibit_grants g JOIN exhibits e ON e.id = g.exhibit_id JOIN cases c ON c.id = e.case_id
        WHERE g.agency_id = my_agency AND c.owner_agency_id <> my_agency
          AND clew.stance(c.id, my_agency, claims[3], me) <> 'denied');
END $$;

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

-- What the owner asks of whoever sees an exhibit; also of one who was granted it alone and does not know its case.
CREATE FUNCTION clew.conditions_of(one uuid) RETURNS TABLE (conditions text, handling text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT c.conditions, c.handling FROM exhibits e JOIN cases c ON c.id = e.case_id WHERE e.id = one AND clew.sees_exhibit(one)
$$;

-- How many exhibits the viewer knows of in each case in sight, refused ones counted apart.
CREATE FUNCTION clew.exhibit_counts(of_case uuid DEFAULT NULL)
RETURNS TABLE (case_id uuid, shown bigint, refused bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
DECLARE
    granted CONSTANT uuid[] := granted_exhibits();
    own CONSTANT uuid[] := cases_in_sight(true);
    known CONSTANT uuid[] := cases_in_sight();
BEGIN
    -- One case has a plan of its own: the plan for many is made for many.
    IF of_case IS NOT NULL THEN
        RETURN QUERY
        SELECT of_case, count(*) FILTER (WHERE e.state <> 'refused'), count(*) FILTER (WHERE e.state = 'refused')
        FROM exhibits e
        WHERE e.case_id = of_case AND of_case = ANY (known) AND e.withdrawn_at IS NULL
          AND (NOT e.narrowed OR of_case = ANY (own) OR e.id = ANY (granted))
        HAVING count(*) > 0;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT e.case_id, count(*) FILTER (WHERE e.state <> 'refused'), count(*) FILTER (WHERE e.state = 'refused')
    FROM exhibits e
    WHERE e.case_id = ANY (known) AND e.withdrawn_at IS NULL
      AND (NOT e.narrowed OR e.case_id = ANY (own) OR e.id = ANY (granted))
    GROUP BY e.case_id;
END $$;

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

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.cases_in_sight(boolean), clew.cases_managed(), clew.granted_exhibits(),
    clew.bureau_agencies(), clew.sees_exhibit(uuid), clew.conditions_of(uuid), clew.exhibit_key(uuid), clew.exhibit_counts(uuid)
    TO clew_app;
GRANT EXECUTE ON FUNCTION clew.deposit_media(uuid, bytea, bytea, bytea, bigint, text),
    clew.add_media_key(uuid, uuid, bytea) TO clew_app, clew_system;

-- Whatever the application believes: nobody changes more of his own account than how he sees the screen; an account of
-- higher rank, or of another agency, is its superior's; a bureau grants the biometric right of its country and nothing else.
CREATE FUNCTION clew.grants_reach_down() RETURNS trigger LANGUAGE plpgsql SET search_path = clew, pg_temp AS $$
DECLARE
    computed CONSTANT text := 'credentials_hash';  -- of the new row only after this trigger
    own CONSTANT text[] := ARRAY['language', 'mode', computed];
BEGIN
    IF viewer_officer() IS NULL THEN RETURN NEW; END IF;
    IF NEW.id = viewer_officer() THEN
        IF to_jsonb(OLD) - own IS DISTINCT FROM to_jsonb(NEW) - own AND OLD.roles IS NOT DISTINCT FROM NEW.roles THEN
            RAISE EXCEPTION 'nobody administers himself';
        END IF;
    ELSIF viewer_has_role('system_administrator') THEN
        IF NOT OLD.roles <@ ARRAY['agency_administrator', 'auditor'] THEN
            RAISE EXCEPTION 'the system administrator changes whom he appoints';
        END IF;
    ELSIF OLD.roles && ARRAY['auditor', 'system_administrator'] THEN
        RAISE EXCEPTION 'nobody changes a higher account';
    ELSIF NEW.agency_id <> viewer_agency() AND to_jsonb(OLD) - 'roles'::text - computed IS DISTINCT FROM
          to_jsonb(NEW) - 'roles'::text - computed THEN
        RAISE EXCEPTION 'a bureau grants the biometric right only';
    END IF;
    IF OLD.roles IS NOT DISTINCT FROM NEW.roles THEN RETURN NEW; END IF;
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
CREATE TRIGGER grants_reach_down BEFORE UPDATE ON clew.officers
    FOR EACH ROW EXECUTE FUNCTION clew.grants_reach_down();
REVOKE EXECUTE ON FUNCTION clew.grants_reach_down() FROM PUBLIC;

DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['agencies', 'officers', 'sessions', 'viewer_secret', 'cases', 'case_team', 'case_parties',
        'disclosures', 'contributions', 'media', 'media_keys', 'exhibits', 'exhibit_grants', 'files', 'uploads', 'answers',
        'signals', 'described', 'links', 'judgements', 'stacked', 'stack_neighbours', 'searches', 'search_hits']
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
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = links.media_a AND e.compared
                   AND (links.matcher IN ('pdq', 'frames') OR e.in_depth))
       AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.media_id = links.media_b AND e.compared
                   AND (links.matcher IN ('pdq', 'frames') OR e.in_depth)));
CREATE POLICY read ON clew.judgements FOR SELECT TO clew_app
    USING (EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_a)
       AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_b));
CREATE POLICY add ON clew.judgements FOR INSERT TO clew_app
    WITH CHECK (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
        AND (SELECT clew.viewer_reads())
        AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_a)
        AND EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = judgements.exhibit_b));
CREATE POLICY own ON clew.searches TO clew_app
    USING (officer_id = (SELECT clew.viewer_officer()))
    WITH CHECK (officer_id = (SELECT clew.viewer_officer()) AND agency_id = (SELECT clew.viewer_agency())
                AND case_id = ANY ((SELECT clew.cases_in_sight())::uuid[])
                AND (exhibit_id IS NULL OR EXISTS (SELECT 1 FROM clew.exhibits e WHERE e.id = searches.exhibit_id)));
