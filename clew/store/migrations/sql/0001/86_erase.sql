-- Erasing an expired case for good: rows, keys, signals; returns the objects nobody holds a key to any more.
CREATE FUNCTION clew.erase_case(of_case uuid) RETURNS TABLE (object_name text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
DECLARE owner uuid; gone uuid[];
BEGIN
    SELECT c.owner_agency_id INTO owner FROM cases c WHERE c.id = of_case AND c.owner_agency_id = viewer_agency()
        AND viewer_has_role('agency_administrator') AND c.expires <= current_date FOR UPDATE;
    IF owner IS NULL THEN
        RAISE EXCEPTION 'only an expired case, and only its owner''s administrator';
    END IF;
    RETURN QUERY SELECT s.object_name FROM searches s WHERE s.case_id = of_case AND s.state = 'waiting'
        AND s.object_name IS NOT NULL;
    DELETE FROM search_hits WHERE search_id IN (SELECT id FROM searches WHERE case_id = of_case)
        OR exhibit_id IN (SELECT id FROM exhibits WHERE case_id = of_case);
    DELETE FROM searches WHERE case_id = of_case;
    DELETE FROM uploads WHERE case_id = of_case;
    -- Answers kept for repeated requests may quote the case, and do not say which: all of the owner's go.
    DELETE FROM answers WHERE officer_id IN (SELECT id FROM officers WHERE agency_id = owner);
    SELECT coalesce(array_agg(DISTINCT e.media_id), '{}') INTO gone FROM exhibits e WHERE e.case_id = of_case;
    DELETE FROM judgements j USING exhibits e WHERE e.case_id = of_case AND e.id IN (j.exhibit_a, j.exhibit_b);
    DELETE FROM files f USING files p WHERE f.parent_id = p.id AND p.case_id = of_case;
    DELETE FROM files WHERE case_id = of_case;
    DELETE FROM exhibit_grants g USING exhibits e WHERE e.id = g.exhibit_id AND e.case_id = of_case;
    DELETE FROM exhibits WHERE case_id = of_case;
    DELETE FROM contributions WHERE case_id = of_case;
    DELETE FROM disclosures WHERE of_case IN (case_id, other_case_id);
    DELETE FROM case_team WHERE case_id = of_case;
    DELETE FROM case_parties WHERE case_id = of_case;
    DELETE FROM cases WHERE id = of_case;
    -- The agency's key goes where none of its other cases holds the content; without any key the content is gone.
    DELETE FROM media_keys k WHERE k.agency_id = owner AND k.media_id = ANY (gone) AND NOT EXISTS (
        SELECT 1 FROM exhibits e JOIN cases c ON c.id = e.case_id WHERE e.media_id = k.media_id AND c.owner_agency_id = owner);
    SELECT coalesce(array_agg(m.id), '{}') INTO gone FROM media m WHERE m.id = ANY (gone)
        AND NOT EXISTS (SELECT 1 FROM media_keys k WHERE k.media_id = m.id);
    DELETE FROM judgements WHERE link_id IN (SELECT id FROM links WHERE media_a = ANY (gone) OR media_b = ANY (gone));
    DELETE FROM links WHERE media_a = ANY (gone) OR media_b = ANY (gone);
    -- Whoever came first may go: a stack is a number, and its other pictures stay in it.
    WITH left_over AS (DELETE FROM stacked WHERE media_id = ANY (gone) RETURNING stack, signal_id)
    DELETE FROM stack_neighbours n USING (SELECT DISTINCT l.stack FROM left_over l) o
    WHERE o.stack IN (n.stack, n.neighbour) AND NOT EXISTS (SELECT 1 FROM stacked s WHERE s.stack = o.stack
        AND s.signal_id NOT IN (SELECT l.signal_id FROM left_over l));
    DELETE FROM signals WHERE media_id = ANY (gone);
    DELETE FROM described WHERE media_id = ANY (gone);
    RETURN QUERY DELETE FROM media m WHERE m.id = ANY (gone) RETURNING m.object_name;
END $$;

-- The judgements that erasing a case takes along: ids only, so that the event can bind their end.
CREATE FUNCTION clew.judgements_of_case(of_case uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT DISTINCT j.id FROM judgements j JOIN links l ON l.id = j.link_id
    JOIN exhibits e ON e.case_id = of_case AND (e.id IN (j.exhibit_a, j.exhibit_b) OR (e.media_id IN (l.media_a, l.media_b)
        AND NOT EXISTS (SELECT 1 FROM exhibits x JOIN cases c ON c.id = x.case_id
                        JOIN media_keys k ON k.media_id = x.media_id AND k.agency_id = c.owner_agency_id
                        WHERE x.media_id = e.media_id AND x.case_id <> of_case)))
    WHERE of_case = ANY (clew.cases_managed()) AND viewer_has_role('agency_administrator')
$$;
REVOKE EXECUTE ON FUNCTION clew.erase_case(uuid), clew.judgements_of_case(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.erase_case(uuid), clew.judgements_of_case(uuid) TO clew_app;
