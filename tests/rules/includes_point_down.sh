#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The floors are the architecture: an include is a bare name, of a header the floor may see.
set -euo pipefail
cd "$SOURCE"

bad=0
complain()
{
    echo "$*" >&2
    bad=1
}

# Where each header lives; names are unique, which is a rule of its own.
declare -A home
while IFS= read -r header; do
    home[${header##*/}]=${header%/*}
done < <(find sim pricing -name '*.h' | LC_ALL=C sort)

while IFS= read -r header; do
    complain "$header: a model has no header; models meet as nodes of a scenario"
done < <(find models -name '*.h')

# Quoted includes, as FILE:NAME.
includes()
{
    find "$@" -name '*.[ch]' -exec grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*"' {} + |
        sed -E 's/:[^:"]*"([^"]*)"$/:\1/' || true
}

while IFS=: read -r file name; do
    case $name in */*) complain "$file: #include \"$name\" holds a path" ;; esac
done < <(includes sim pricing models tests)

while IFS='|' read -r folder seen; do
    while IFS=: read -r file name; do
        case $file in *_test.c) continue ;; esac # A model's test sees everything.
        from=${home[$name]:-}
        [ -n "$from" ] || continue # Written by the build, or from a library.
        case " $seen " in
        *" $SOURCE/$from "*) ;;
        *) complain "$file: #include \"$name\" of $from, which is not below $folder" ;;
        esac
    done < <(includes "$folder")
done < "$FLOORS"
exit "$bad"
