"""Code that meets hostile bytes: runs only in the sandbox and is never imported by the other side."""
