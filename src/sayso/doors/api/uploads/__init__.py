"""What callers hand in, a text or a recording, and what is told of it or made of it; nothing of it is kept."""
