"""From bytes and a mapping to rows and rejects: pure, knows no tenant, disk or database."""
