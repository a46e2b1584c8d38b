"""The gate: what may reach production, by a passing report or a signed waiver."""
