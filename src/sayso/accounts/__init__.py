"""The accounts room: organisations, what they hold, and who acts for them."""
