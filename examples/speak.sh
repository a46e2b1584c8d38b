#!/bin/sh
# Speak one sentence and write it to out.mp3; then ask whose voice the file holds.
#   SPEECH_URL=http://127.0.0.1:7180 SPEECH_KEY=... SPEECH_VOICE=narrator sh examples/speak.sh out.mp3
set -eu
out=${1:-out.mp3}
curl --silent --show-error --fail-with-body "$SPEECH_URL/v1/audio/speech" \
  --header "Authorization: Bearer $SPEECH_KEY" --header "Content-Type: application/json" \
  --data "{\"model\": \"sayso\", \"voice\": \"$SPEECH_VOICE\", \"input\": \"The lamp was lit at noon.\"}" --output "$out"
curl --silent --show-error --fail-with-body "$SPEECH_URL/v1/verifications" \
  --header "Authorization: Bearer $SPEECH_KEY" --form "file=@$out"
