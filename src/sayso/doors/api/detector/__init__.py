"""The public detector's page and key, for whoever asks, where the operator publishes them."""
