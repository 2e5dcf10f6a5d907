"""How long things take; run by `make bench` on throw-away servers."""
