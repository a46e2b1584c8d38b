"""OpenAI's audio routes, as its clients call them."""
