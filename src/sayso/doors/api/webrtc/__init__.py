"""Live speech into a browser: one utterance as the audio track of a WebRTC connection."""
