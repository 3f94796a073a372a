#!/usr/bin/env bash
# Counts instructions per event of W2 through source column, grouping and kernels, and of the loop
# written by hand. Fails above the bound. Needs valgrind; CARGO_TARGET_DIR is respected.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

few=500000
many=1500000
bound=1.25

target="${CARGO_TARGET_DIR:-target}"
cargo build --release --quiet -p heliostat-benches --bin instructions
counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT

# instructions WAY EVENTS: how many it took, all told.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$counts/$1-$2" \
        "$target/release/instructions" "$1" --events "$2" --made "$many" \
        >"$counts/$1-$2.check" 2>"$counts/$1-$2.log" || { cat "$counts/$1-$2.log" >&2; return 1; }
    awk '/^(summary|totals):/ { print $2; exit }' "$counts/$1-$2"
}

# Both ways at once: instruction counts do not depend on how busy a machine is.
for way in loop aligned; do
    { instructions "$way" "$few" >"$counts/$way.few" &&
        instructions "$way" "$many" >"$counts/$way.many"; } &
done
wait -n
wait -n

for events in "$few" "$many"; do
    cmp "$counts/loop-$events.check" "$counts/aligned-$events.check" ||
        { echo 'the two ways give different sums' >&2; exit 1; }
done
awk -v few="$few" -v many="$many" -v bound="$bound" '
    { count[NR] = $1 }
    END {
        by_hand = (count[2] - count[1]) / (many - few)
        aligned = (count[4] - count[3]) / (many - few)
        ratio = aligned / by_hand
        printf "instructions per event: by hand %.1f, aligned %.1f, ratio %.3f (at most %s)\n",
            by_hand, aligned, ratio, bound
        exit ratio > bound
    }' "$counts"/{loop.few,loop.many,aligned.few,aligned.many}
