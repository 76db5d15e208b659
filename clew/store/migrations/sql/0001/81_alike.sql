-- Pairs of near pictures, measured when they are asked for: stacks propose, the two hashes decide (docs/decisions/080).
-- The verdict, value and place are those of signals/pdq.py; tests/domain/matching/test_alike.py holds the two together.

-- Bits between two hashes, the least of eight orientations; of turning one and turning the other back the larger counts.
-- Where the upright ones lie within half of `symmetry` (of y), no other orientation can be nearer.
CREATE FUNCTION clew.bits_apart(x bit(256)[], y bit(256)[], symmetry smallint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN 2 * bit_count(x[1] # y[1]) <= symmetry THEN bit_count(x[1] # y[1]) ELSE least(
        bit_count(x[1] # y[1]),
        greatest(bit_count(x[2] # y[1]), bit_count(x[1] # y[2])),
        greatest(bit_count(x[3] # y[1]), bit_count(x[1] # y[3])),
        greatest(bit_count(x[4] # y[1]), bit_count(x[1] # y[4])),
        greatest(bit_count(x[5] # y[1]), bit_count(x[1] # y[5])),
        greatest(bit_count(x[6] # y[1]), bit_count(x[1] # y[7])),
        greatest(bit_count(x[7] # y[1]), bit_count(x[1] # y[6])),
        greatest(bit_count(x[8] # y[1]), bit_count(x[1] # y[8]))) END
$$;

-- What the index holds of a hash in eight orientations of 32 bytes, as bits; and how alike its own orientations are.
CREATE FUNCTION clew.as_bits(value bytea) RETURNS bit(256)[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(('x' || encode(substr(value, 32 * n + 1, 32), 'hex'))::bit(256) ORDER BY n)
    FROM generate_series(0, 7) n
$$;
CREATE FUNCTION clew.symmetry(turned bit(256)[]) RETURNS smallint LANGUAGE sql IMMUTABLE AS $$
    SELECT min(bit_count(turned[1] # turned[n]))::smallint FROM generate_series(2, 8) n
$$;

-- The calibrated value of a distance of 0..31 bits (signals/curves/pdq.json).
CREATE FUNCTION clew.pdq_value(distance bigint) RETURNS real LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('{1,1,1,1,1,1,1,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,0.9999,
             0.9998,0.9998,0.9997,0.9997,0.9997,0.9997,0.9997,0.9997,0.9997,0.9996,0.9996,0.9996,0.9995,
             0.9994}'::real[])[distance + 1]
$$;

-- Every media near one of these, with its distance and the pair of hashes that names the link (the lesser media first).
-- Only media with a living exhibit count: in another case than `beyond`, or in the case `within`, or in any.
CREATE FUNCTION clew.alike(mine uuid[], beyond uuid DEFAULT NULL, within uuid DEFAULT NULL)
RETURNS TABLE (media_id uuid, other_id uuid, distance bigint, pair bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH ours AS MATERIALIZED (
        SELECT s.media_id, s.signal_id, s.stack, s.turned FROM stacked s
        WHERE s.media_id = ANY (mine) AND EXISTS (SELECT 1 FROM stack_neighbours n WHERE n.stack = s.stack)
    ), near AS MATERIALIZED (
        SELECT n.stack, n.neighbour FROM (SELECT DISTINCT o.stack FROM ours o) o
        JOIN stack_neighbours n ON n.stack = o.stack
    ), theirs AS MATERIALIZED (
        SELECT s.media_id, s.signal_id, s.stack, s.turned, s.symmetry
        FROM (SELECT DISTINCT n.neighbour FROM near n) n JOIN stacked s ON s.stack = n.neighbour
        WHERE EXISTS (SELECT 1 FROM exhibits e WHERE e.media_id = s.media_id AND e.withdrawn_at IS NULL
                      AND (beyond IS NULL OR e.case_id <> beyond) AND (within IS NULL OR e.case_id = within))
    ), measured AS (
        SELECT o.media_id, t.media_id AS other_id, o.signal_id, t.signal_id AS other_signal,
               clew.bits_apart(o.turned, t.turned, t.symmetry) AS bits
        FROM ours o JOIN near n ON n.stack = o.stack JOIN theirs t ON t.stack = n.neighbour
        WHERE t.media_id <> o.media_id OFFSET 0  -- measured once, then judged
    )
    SELECT m.media_id, m.other_id, min(m.bits), CASE WHEN m.media_id < m.other_id
           THEN ARRAY[min(m.signal_id), min(m.other_signal)] ELSE ARRAY[min(m.other_signal), min(m.signal_id)] END
    FROM measured m WHERE m.bits <= 31 GROUP BY m.media_id, m.other_id;
END $$;

-- A link that is measured has a name before it has a row: the pair of hashes, shuffled under the node's secret so that
-- it tells nothing and nobody can make one up. Four rounds of a Feistel network over two halves of 64 bits.
CREATE FUNCTION clew.shuffled(round integer, half bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT ('x' || encode(substr(sha256(s.secret || convert_to('link|' || round || '|' || half, 'UTF8')), 1, 8), 'hex'))
           ::bit(64)::bigint FROM viewer_secret s
$$;
CREATE FUNCTION clew.link_name(pair bigint[]) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE l bigint := pair[1]; r bigint := pair[2]; kept bigint;
BEGIN
    IF l IS NULL OR r IS NULL THEN RETURN NULL; END IF;
    FOR round IN 1..4 LOOP kept := r; r := l # clew.shuffled(round, r); l := kept; END LOOP;
    RETURN encode(int8send(l) || int8send(r), 'hex')::uuid;
END $$;
CREATE FUNCTION clew.link_pair(name uuid) RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
DECLARE
    said CONSTANT bit(128) := ('x' || replace(name::text, '-', ''))::bit(128);
    l bigint := substring(said FROM 1 FOR 64)::bigint; r bigint := substring(said FROM 65 FOR 64)::bigint; kept bigint;
BEGIN
    FOR round IN REVERSE 4..1 LOOP kept := l; l := r # clew.shuffled(round, l); r := kept; END LOOP;
    RETURN ARRAY[l, r];
END $$;

-- What there is to tell of a measured pair: distance, orientation, and the parts inside bars where those were nearest.
CREATE FUNCTION clew.measured_link(pair bigint[])
RETURNS TABLE (media_a uuid, media_b uuid, distance bigint, where_at jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT a.media_id, b.media_id, t.bits, jsonb_strip_nulls(jsonb_build_object('distance', t.bits, 'orientation',
           ('{upright,mirrored,flipped,turned_180,transposed,turned_90,turned_270,transversed}'::text[])[t.n],
           'a_box', to_jsonb(sa.box), 'b_box', to_jsonb(sb.box)))
    FROM stacked p JOIN stacked q ON q.signal_id = pair[2] JOIN stacked a ON a.media_id = p.media_id
    JOIN stacked b ON b.media_id = q.media_id JOIN signals sa ON sa.id = a.signal_id JOIN signals sb ON sb.id = b.signal_id,
    LATERAL (SELECT n, greatest(bit_count(a.turned[n] # b.turned[1]), bit_count(a.turned[1] # b.turned[
                 ('{1,2,3,4,5,7,6,8}'::int[])[n]])) AS bits FROM generate_series(1, 8) n) t
    WHERE p.signal_id = pair[1] ORDER BY t.bits, t.n, a.signal_id, b.signal_id LIMIT 1
$$;

-- The media of a link with a row or without, when the viewer knows an exhibit of each.
CREATE FUNCTION clew.link_sides(link uuid) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT ARRAY[k.media_a, k.media_b] FROM (
        SELECT l.media_a, l.media_b FROM links l WHERE l.id = link
        UNION ALL SELECT m.media_a, m.media_b FROM clew.measured_link(clew.link_pair(link)) m WHERE m.distance <= 31
    ) k
    WHERE EXISTS (SELECT 1 FROM exhibits e WHERE e.media_id = k.media_a AND e.compared AND clew.sees_exhibit(e.id))
      AND EXISTS (SELECT 1 FROM exhibits e WHERE e.media_id = k.media_b AND e.compared AND clew.sees_exhibit(e.id)) LIMIT 1
$$;

-- Give a measured link a row, so that it can be judged; only to a viewer who knows both sides.
CREATE FUNCTION clew.keep_link(link uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    INSERT INTO links (id, media_a, media_b, matcher, version, value, verdict, why, parameters, where_at)
    SELECT link, m.media_a, m.media_b, 'pdq', g.version, clew.pdq_value(m.distance), 'match', 'pdq.match',
           jsonb_build_object('distance', m.distance), m.where_at
    FROM clew.measured_link(clew.link_pair(link)) m JOIN signals g ON g.id = (clew.link_pair(link))[1]
    WHERE clew.link_sides(link) IS NOT NULL ON CONFLICT DO NOTHING
$$;

-- What to tell of one hit: its name as a link, why and where. Nothing for a pair the viewer does not know both sides of.
CREATE FUNCTION clew.told_link(pair bigint[]) RETURNS TABLE (link_id uuid, parameters jsonb, where_at jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
    SELECT n.name, jsonb_build_object('distance', m.distance), m.where_at
    FROM (SELECT clew.link_name(pair) AS name) n, clew.measured_link(pair) m WHERE clew.link_sides(n.name) IS NOT NULL
$$;

-- How many exhibits of a case the viewer knows lie near each of these media, itself among them. Counted over what is in
-- sight alone: no exhibit elsewhere, and no judgement of what the viewer does not know, moves a stack.
CREATE FUNCTION clew.stacks_of(of_case uuid, of_media uuid[]) RETURNS TABLE (media_id uuid, members bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = clew, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF clew.stands_alone(of_media) THEN RETURN; END IF;
    RETURN QUERY
    WITH sides AS (
        SELECT l.id, l.media_a AS media_id, l.media_b AS other_id FROM links l WHERE l.media_a = ANY (of_media)
        UNION ALL SELECT l.id, l.media_b, l.media_a FROM links l WHERE l.media_b = ANY (of_media)
    ), apart AS (
        SELECT s.media_id, s.other_id FROM sides s, LATERAL (
            SELECT j.answer FROM judgements j WHERE j.link_id = s.id AND clew.sees_exhibit(j.exhibit_a)
            AND clew.sees_exhibit(j.exhibit_b) ORDER BY j.made_at DESC LIMIT 1) j WHERE j.answer = 'NEGATIVE'
    ), near AS MATERIALIZED (
        SELECT k.media_id, k.other_id FROM clew.alike(of_media, NULL, of_case) k
        UNION SELECT s.media_id, s.other_id FROM sides s JOIN links l ON l.id = s.id
        WHERE l.matcher = 'pdq' AND l.verdict = 'match'
    ), shown AS MATERIALIZED (
        SELECT k.id AS media_id FROM (SELECT n.media_id AS id FROM near n UNION SELECT n.other_id FROM near n) k
        WHERE viewer_reads() AND EXISTS (  -- each looked up by itself: a case is larger than what lies near a page of it
            SELECT 1 FROM exhibits e
            WHERE e.case_id = of_case AND e.media_id = k.id AND e.compared AND e.withdrawn_at IS NULL
              AND (of_case = ANY ((SELECT clew.cases_in_sight(true))::uuid[])
                   OR (NOT e.narrowed AND of_case = ANY ((SELECT clew.cases_in_sight())::uuid[]))
                   OR e.id = ANY ((SELECT clew.granted_exhibits())::uuid[])) OFFSET 0)
    )
    SELECT n.media_id, count(*) + 1 FROM near n JOIN shown x ON x.media_id = n.other_id JOIN shown y ON y.media_id = n.media_id
    WHERE NOT EXISTS (SELECT 1 FROM apart a WHERE a.media_id = n.media_id AND a.other_id = n.other_id)
    GROUP BY n.media_id;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA clew FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.link_pair(uuid), clew.told_link(bigint[]), clew.link_sides(uuid), clew.keep_link(uuid),
    clew.stacks_of(uuid, uuid[]) TO clew_app;
GRANT EXECUTE ON FUNCTION clew.as_bits(bytea), clew.symmetry(bit[]), clew.alike(uuid[], uuid, uuid) TO clew_system;
