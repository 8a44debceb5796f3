#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No file over 600 lines, no function over 60: a screen at most, a noun at most.
set -euo pipefail
cd "$SOURCE"

long=$(find sim models pricing tests -name '*.[ch]' | LC_ALL=C sort | while IFS= read -r file; do
    awk -v file="$file" '
        /^[A-Za-z_][^;=]*\(/ { head = $0; start = NR }  # A signature opens, perhaps over several lines.
        !inside && /[;=][[:space:]]*$/ { start = 0 }    # No: a prototype, a table, a variable.
        start && !inside && (/^\{/ || /\)[^;]*\{[[:space:]]*(\/[*\/].*)?$/) { inside = start }
        /^\}/ {
            if (inside && NR - inside + 1 > 60)
                printf "%s:%d: %d lines: %s\n", file, inside, NR - inside + 1, substr(head, 1, 70)
            inside = 0
            start = 0
        }
        END { if (NR > 600) printf "%s: %d lines\n", file, NR }' "$file"
done)
[ -z "$long" ] && exit 0
printf '%s\n' "$long" "files hold at most 600 lines, functions 60" >&2
exit 1
