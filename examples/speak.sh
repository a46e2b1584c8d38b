#!/bin/sh
# Speak one sentence and write it to out.mp3; then ask whose voice the file holds.
#   SAYSO_URL=http://127.0.0.1:7180 SAYSO_KEY=... SAYSO_VOICE=narrator sh examples/speak.sh out.mp3
set -eu
out=${1:-out.mp3}
curl --silent --show-error --fail-with-body "$SAYSO_URL/v1/audio/speech" \
  --header "Authorization: Bearer $SAYSO_KEY" --header "Content-Type: application/json" \
  --data "{\"model\": \"sayso\", \"voice\": \"$SAYSO_VOICE\", \"input\": \"The lamp was lit at noon.\"}" --output "$out"
curl --silent --show-error --fail-with-body "$SAYSO_URL/v1/verifications" \
  --header "Authorization: Bearer $SAYSO_KEY" --form "file=@$out"
