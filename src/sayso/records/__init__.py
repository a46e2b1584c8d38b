"""The records room: grants as documents that others read, and as receipts for their speakers."""
