"""Pages and API: sessions, routes, templates, islands."""
