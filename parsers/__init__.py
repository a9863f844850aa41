"""From bytes and a mapping to canonical rows and rejects: pure, knows no tenant, disk or database."""
