#!/usr/bin/env bash
# Installs a locked set of packages that cannot lie beside the others into an environment of its own, .venv/<set>.
set -euo pipefail
set_name=$1
log=.venv/install-$set_name.log
echo "Installing the $set_name packages apart (once; $(grep -c '==' "requirements/$set_name.lock") of them)" >&2
fail() {
    tail -n 3 "$log" >&2
    rm -rf ".venv/$set_name"
    echo "error: could not install the $set_name packages; the whole story is in $log" >&2
    exit 7
}
rm -rf ".venv/$set_name"
.venv/bin/python -m venv ".venv/$set_name" >"$log" 2>&1 || fail
".venv/$set_name/bin/python" -m pip install --quiet --no-compile --require-hashes -r "requirements/$set_name.lock" >>"$log" 2>&1 || fail
touch ".venv/$set_name"
