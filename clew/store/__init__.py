"""The only door to disk: database, audit, blobs, jobs, snapshots."""
