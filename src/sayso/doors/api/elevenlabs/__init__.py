"""ElevenLabs' text-to-speech, as its clients call it."""
