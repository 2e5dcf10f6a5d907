"""Throw-away servers for the tests: PostgreSQL, Redis, Dovecot and two SMTP sinks, all under one temporary directory."""
