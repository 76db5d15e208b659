-- Every object that is brought, as it comes, until the worker has seen to it. Beside one that is held already it reads the
-- object in use and drops one of the two; a copy is proven before it takes the place of the other: the web can only offer.
CREATE TABLE clew.spare_objects (
    object_name text PRIMARY KEY CHECK (object_name ~ '^[0-9a-f]{64}$'),
    media_id uuid NOT NULL REFERENCES clew.media ON DELETE CASCADE,
    agency_id uuid NOT NULL REFERENCES clew.agencies,
    wrapped_key bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
-- Objects are asked for by their names: by the daily sweep, and by `clew check`.
CREATE INDEX media_object ON clew.media (object_name);
CREATE INDEX spare_objects_media ON clew.spare_objects (media_id);
ALTER TABLE clew.spare_objects ENABLE ROW LEVEL SECURITY;
ALTER TABLE clew.spare_objects FORCE ROW LEVEL SECURITY;
CREATE POLICY by_owner ON clew.spare_objects TO clew_owner USING (true) WITH CHECK (true);
CREATE POLICY by_system ON clew.spare_objects TO clew_system USING (true) WITH CHECK (true);
GRANT SELECT, DELETE ON clew.spare_objects TO clew_system;
GRANT UPDATE (object_name) ON clew.media TO clew_system;
GRANT UPDATE (wrapped_key) ON clew.media_keys TO clew_system;

CREATE FUNCTION clew.offer_object(of_media uuid, named text, of_agency uuid, key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = clew, pg_temp AS $$
BEGIN
    IF session_user <> 'clew_system' AND of_agency IS DISTINCT FROM viewer_agency() THEN
        RAISE EXCEPTION 'only the own agency''s key';
    END IF;
    INSERT INTO spare_objects (object_name, media_id, agency_id, wrapped_key) VALUES (named, of_media, of_agency, key);
END $$;
REVOKE EXECUTE ON FUNCTION clew.offer_object(uuid, text, uuid, bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.offer_object(uuid, text, uuid, bytea) TO clew_app, clew_system;
