"""What decisions were made on, kept sealed beside the log, whose entries hold only its digests."""
