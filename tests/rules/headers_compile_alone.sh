#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A header is the manual of its noun: it must be readable, so compilable, without knowing what comes before.
set -euo pipefail

flags=(-std=c11 -fsyntax-only -x c -D_DEFAULT_SOURCE -D_POSIX_C_SOURCE=200809L
       -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Werror -Wno-unused-function)
bad=0
count=0
while IFS='|' read -r folder seen; do
    includes=()
    for directory in $seen; do includes+=("-I$directory"); done
    for header in "$SOURCE/$folder"/*.h; do
        [ -e "$header" ] || continue
        count=$((count + 1))
        # Twice, for the include guard; through a unit, since a guard's pragma is an error in a main file.
        printf '#include "%s"\n#include "%s"\nextern int headers_compile_alone;\n' "$header" "$header" |
            "${CC:-cc}" "${flags[@]}" "${includes[@]}" - || { echo "does not compile alone: $header" >&2; bad=1; }
    done
done < "$FLOORS"
echo "$count headers"
exit "$bad"
