#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Nothing unfinished and nothing that holds on one machine only. Recorded data (CSV, JSON) is not ours to edit.
set -euo pipefail
cd "$SOURCE"

bad=0
# Prints what matches in the files of our own writing; $1 says what is wrong with it.
refuse()
{
    local what=$1 pattern=$2 found
    shift 2
    found=$(find . \( -path ./build -o -path ./.git -o -path ./pricing/catalog -o -path ./tests/fuzz/\*/\* \) -prune \
        -o -type f \( "$@" \) -print0 | xargs -0 -r grep -nIE "$pattern" || true)
    [ -z "$found" ] && return 0
    printf '%s\n%s\n' "$found" "$what" >&2
    bad=1
}

# Put together here, so that this file does not find itself.
unfinished='\b(TO''DO|FIX''ME)\b'
machine='(^|[^A-Za-z0-9_.*/-])/(ho''me/[a-z]|ro''ot/|wo''rk/|Us''ers/)'
code=(-name '*.c' -o -name '*.h' -o -name '*.sh' -o -name '*.cmake' -o -name CMakeLists.txt -o -name dev -o -name run)
text=("${code[@]}" -o -name '*.md' -o -name '*.yaml' -o -name '*.yml')

refuse "left unfinished" "$unfinished" "${text[@]}"
refuse "a path of one machine" "$machine" "${code[@]}" -o -name '*.md' -o -name CMakePresets.json
exit "$bad"
