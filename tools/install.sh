#!/usr/bin/env bash
# Installs one locked set of packages (core, dev or bench) into .venv; the core set brings Sayso itself.
set -euo pipefail
set_name=$1
log=.venv/install-$set_name.log
echo "Installing the $set_name packages (once; $(grep -c '==' "requirements/$set_name.lock") of them)" >&2
run() {
    "$@" >"$log" 2>&1 || {
        tail -n 3 "$log" >&2
        echo "error: could not install the $set_name packages; the whole story is in $log" >&2
        exit 7
    }
}
run .venv/bin/python -m pip install --quiet --no-compile --require-hashes -r "requirements/$set_name.lock"
if [ "$set_name" = core ]; then
    run .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
fi
# Bytecode halves the time that a command takes to start. What no command imports would only take room.
unused='site-packages/(.*/)?(tests?|testing|pip|setuptools|pkg_resources|pygments|hatchling|trove_classifiers|f2py)/'
unused+='|/onnxruntime/(transformers|quantization|tools|training)/|/sqlalchemy/dialects/(mysql|oracle|mssql)/'
.venv/bin/python -m compileall -qq -j 2 -x "$unused" .venv/lib src >/dev/null || true
touch ".venv/$set_name"
