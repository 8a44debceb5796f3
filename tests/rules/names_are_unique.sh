#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A file is one noun: its name finds it, in one guess. A model's file is named by its folder, so the model `station`
# may stand beside the engine's station.
set -euo pipefail
cd "$SOURCE"

twice=$(find sim pricing -name '*.[ch]' | sed 's|.*/||' | LC_ALL=C sort | uniq -d)
[ -z "$twice" ] && exit 0
for name in $twice; do
    find sim pricing -name "$name" >&2
done
echo "each of these names stands twice" >&2
exit 1
