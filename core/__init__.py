"""The register: what is true and what is allowed.  No screen, no network."""
