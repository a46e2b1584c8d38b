"""Storage over HTTP: recordings of speakers, kept sealed, handed out under a permit, and cleared up."""
