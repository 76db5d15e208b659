-- Who may touch the queue. pgqueuer's tables (pgqueuer, pgqueuer_log, pgqueuer_schedules,
-- pgqueuer_statistics) are made before this file by pgqueuer's own statement. They have no row-level
-- security: payloads hold ids only, and nobody but clew_system may read them.

-- The web and the worker queue jobs in their own transactions.
GRANT INSERT (id, priority, entrypoint, payload, execute_after, dedupe_key, headers, status),
      SELECT (id, priority, entrypoint, dedupe_key, status) ON clew.pgqueuer TO clew_app;
GRANT INSERT (job_id, status, entrypoint, priority) ON clew.pgqueuer_log TO clew_app;
GRANT USAGE ON SEQUENCE clew.pgqueuer_id_seq TO clew_app, clew_system;

-- The worker runs them.
GRANT SELECT, INSERT, UPDATE, DELETE ON clew.pgqueuer, clew.pgqueuer_log, clew.pgqueuer_statistics
   TO clew_system;
GRANT USAGE ON SEQUENCE clew.pgqueuer_log_id_seq, clew.pgqueuer_statistics_id_seq TO clew_system;

CREATE INDEX pgqueuer_about ON clew.pgqueuer ((headers ->> 'about')) WHERE headers IS NOT NULL;
CREATE INDEX pgqueuer_failed ON clew.pgqueuer (updated DESC) WHERE status = 'failed';

-- Numbers only, so that the web need not read the queue. NULL: all jobs.
CREATE FUNCTION clew.job_tally(about text)
RETURNS TABLE (entrypoint text, waiting bigint, running bigint, failed bigint, oldest_s double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT q.entrypoint,
           count(*) FILTER (WHERE q.status = 'queued'),
           count(*) FILTER (WHERE q.status = 'picked'),
           count(*) FILTER (WHERE q.status = 'failed'),
           coalesce(extract(epoch FROM now() - min(q.created) FILTER (WHERE q.status = 'queued')), 0)::float8
      FROM clew.pgqueuer q
     WHERE job_tally.about IS NULL OR q.headers ->> 'about' = job_tally.about
     GROUP BY q.entrypoint
     ORDER BY q.entrypoint
$$;

-- The reason is the worker's own safe sentence; what a decoder printed is in the worker's log only.
CREATE FUNCTION clew.failed_jobs(most integer)
RETURNS TABLE (id bigint, entrypoint text, attempts integer, queued_at timestamptz, failed_at timestamptz,
               reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT q.id, q.entrypoint, q.attempts, q.created, q.updated,
           coalesce((SELECT l.traceback ->> 'exception_message' FROM clew.pgqueuer_log l
                      WHERE l.job_id = q.id AND l.status = 'failed' ORDER BY l.created DESC, l.id DESC LIMIT 1),
                    'unknown')
      FROM clew.pgqueuer q
     WHERE q.status = 'failed'
     ORDER BY q.updated DESC
     LIMIT failed_jobs.most
$$;

-- A worker holds an advisory lock named after its manager id for as long as its connection lives: what a
-- worker without a lock has picked is free again at once, or failed when it has cost its most_attempts-th worker.
CREATE FUNCTION clew.free_jobs_of_dead_workers(most_attempts integer) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH dead AS (
        SELECT q.id FROM clew.pgqueuer q
         WHERE q.status = 'picked'
           AND NOT EXISTS (
               SELECT FROM pg_locks l
                WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1668048247
                  AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                  AND l.objid::bigint = hashtext(q.queue_manager_id::text)::bigint & 4294967295)
         FOR UPDATE SKIP LOCKED
    ), freed AS (
        UPDATE clew.pgqueuer q
           SET status = CASE WHEN 1 + (SELECT count(*) FROM clew.pgqueuer_log l WHERE l.job_id = q.id
                                         AND l.traceback ->> 'exception_message' LIKE 'The worker died%')
                                  < free_jobs_of_dead_workers.most_attempts
                             THEN 'queued' ELSE 'failed' END::clew.pgqueuer_status,
               attempts = q.attempts + 1, queue_manager_id = NULL, slot = NULL,
               updated = now(), execute_after = now()
          FROM dead WHERE q.id = dead.id AND q.status = 'picked'
     RETURNING q.id, q.status, q.entrypoint, q.priority
    ), logged AS (
        INSERT INTO clew.pgqueuer_log (job_id, status, entrypoint, priority, traceback)
        SELECT freed.id, freed.status, freed.entrypoint, freed.priority,
               '{"exception_message": "The worker died while it ran this job."}'::jsonb
          FROM freed
    )
    -- An update of the queue does not wake a worker by itself.
    SELECT count(*) FROM freed, LATERAL (SELECT pg_notify('ch_pgqueuer', json_build_object(
        'channel', 'ch_pgqueuer', 'operation', 'update', 'sent_at', now(), 'table', 'pgqueuer',
        'type', 'table_changed_event')::text)) AS told
$$;

REVOKE ALL ON FUNCTION clew.job_tally(text), clew.failed_jobs(integer),
    clew.free_jobs_of_dead_workers(integer), clew.fn_pgqueuer_changed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION clew.job_tally(text), clew.failed_jobs(integer) TO clew_app, clew_system;
GRANT EXECUTE ON FUNCTION clew.free_jobs_of_dead_workers(integer) TO clew_system;
