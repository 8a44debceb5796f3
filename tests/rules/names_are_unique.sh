#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A file is one noun: its name finds it, in one guess.
set -euo pipefail
cd "$SOURCE"

twice=$(find sim models pricing -name '*.[ch]' | sed 's|.*/||' | LC_ALL=C sort | uniq -d)
[ -z "$twice" ] && exit 0
for name in $twice; do
    find sim models pricing -name "$name" >&2
done
echo "each of these names stands twice" >&2
exit 1
