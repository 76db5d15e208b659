"""Binds the second wall itself: functions, policies, rights and triggers of the schema, as one registered row.

Whoever records a migration records `hash_rows(conn, SCHEMA, "schema", ["clew"])` with it; `verify` then finds a
policy dropped, a function replaced or a right granted behind our back (also after a PostgreSQL upgrade: record anew).
"""

_PARTS = {
    "functions": """SELECT concat_ws('|', p.oid::regprocedure, p.prosrc, p.prosecdef, p.provolatile, p.proconfig,
            pg_get_userbyid(p.proowner), p.proacl) FROM pg_proc p WHERE p.pronamespace = n.oid""",
    "policies": """SELECT concat_ws('|', l.polrelid::regclass, l.polname, l.polcmd, l.polpermissive,
            (SELECT string_agg(pg_get_userbyid(r), ',' ORDER BY pg_get_userbyid(r)) FROM unnest(l.polroles) r),
            pg_get_expr(l.polqual, l.polrelid), pg_get_expr(l.polwithcheck, l.polrelid))
        FROM pg_policy l JOIN pg_class c ON c.oid = l.polrelid WHERE c.relnamespace = n.oid""",
    "tables": """SELECT concat_ws('|', c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
            pg_get_userbyid(c.relowner), c.relacl) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN
            ('r', 'v', 'm', 'S', 'p', 'f')""",
    "columns": """SELECT concat_ws('|', c.relname, a.attname, a.attacl) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = n.oid AND a.attacl IS NOT NULL""",
    "triggers": """SELECT concat_ws('|', c.relname, t.tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = n.oid AND NOT t.tgisinternal""",
    "logins": """SELECT concat_ws('|', r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole,
            (SELECT string_agg(pg_get_userbyid(m.roleid), ',' ORDER BY pg_get_userbyid(m.roleid)) FROM pg_auth_members m
             WHERE m.member = r.oid)) FROM pg_roles r
            WHERE r.rolname IN ('clew_app', 'clew_door', 'clew_system', 'clew_owner')""",
}
_LISTS = ", ".join(  # names and queries are those above
    f"ARRAY(SELECT q.line COLLATE \"C\" FROM ({query}) AS q (line) ORDER BY 1) AS {name}"  # noqa: S608
    for name, query in _PARTS.items())
SCHEMA = {"schema": "SELECT CAST(n.nspname AS text) AS id, CAST(n.nspacl AS text) AS rights, "  # noqa: S608
          + _LISTS + " FROM pg_namespace n WHERE n.nspname = 'clew'"}
