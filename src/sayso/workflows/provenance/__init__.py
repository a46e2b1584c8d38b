"""Where a sound comes from: marks, content, manifests; verifying, tracing, resolving."""
