# SPDX-License-Identifier: Apache-2.0
# Small words for the tests of the command line. Sourced; expects HEADROOM and SOURCE.
set -uo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failures=0

fail() {
    echo "FAILED: $*" >&2
    failures=$((failures + 1))
}

# expect STATUS COMMAND...: runs it, keeps stdout in ./out and stderr in ./err.
expect() {
    local wanted=$1 status=0
    shift
    "$@" >out 2>err </dev/null || status=$?
    if [ "$status" -ne "$wanted" ]; then
        fail "status $status, not $wanted: $*"
        head -5 err >&2
    fi
}

# says FILE TEXT...: the file holds each of the texts.
says() {
    local file=$1 text
    shift
    for text in "$@"; do
        grep -qF -- "$text" "$file" || { fail "no \"$text\" in $file, which begins:"; head -3 "$file" >&2; }
    done
}

silent() {
    [ -s "$1" ] && { fail "$1 is not empty:"; head -3 "$1" >&2; }
    return 0
}

finish() {
    [ "$failures" -eq 0 ] || { echo "$failures failed" >&2; exit 1; }
}
