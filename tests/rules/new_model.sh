#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Adding a service is adding a folder. An existing model under a new name is put beside models/ in a build
# of its own: an incomplete folder must be refused by name, a complete one must be listed, with no other edit.
set -euo pipefail

extra=$SCRATCH/models
build=$SCRATCH/build
rm -rf "$extra"
mkdir -p "$extra/newcomer"

old=delay # the smallest there is
sed -E "s/\\bmodel_$old\\b/model_newcomer/g; s/(\\.name = )\"$old\"/\\1\"newcomer\"/" \
    "$SOURCE/models/$old/$old.c" > "$extra/newcomer/newcomer.c"

configure()
{
    cmake -S "$SOURCE" -B "$build" -G Ninja -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_C_FLAGS_DEBUG=-O0 -DBUILD_TESTING=OFF -DHEADROOM_EXTRA_MODELS="$extra" > "$SCRATCH/log" 2>&1
}

if configure || ! tr -s '[:space:]' ' ' < "$SCRATCH/log" | grep -q 'newcomer/newcomer_test.c is missing'; then
    cat "$SCRATCH/log" >&2
    echo "a folder without its test was not refused by name" >&2
    exit 1
fi

for ending in _test.c .yaml .md; do
    cp "$SOURCE/models/$old/$old$ending" "$extra/newcomer/newcomer$ending"
done
{ configure && ninja -C "$build" -j 2 headroom > "$SCRATCH/log" 2>&1; } || { cat "$SCRATCH/log" >&2; exit 1; }

"$build/headroom" list models > "$SCRATCH/list"
grep -qE '(^|[^a-z0-9_])newcomer([^a-z0-9_]|$)' "$SCRATCH/list" || {
    cat "$SCRATCH/list" >&2
    echo "the new folder is not in the list" >&2
    exit 1
}

# The build notices by itself that the folder is gone.
rm -rf "$extra/newcomer"
ninja -C "$build" -j 2 headroom > "$SCRATCH/log" 2>&1 || { cat "$SCRATCH/log" >&2; exit 1; }
if "$build/headroom" list models | grep -qw newcomer; then
    echo "the folder is gone, the model is still listed" >&2
    exit 1
fi
