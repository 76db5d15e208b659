"""Opens untrusted files in a sandbox; knows no cases."""
