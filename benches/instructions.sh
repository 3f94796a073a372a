#!/usr/bin/env bash
# Counts instructions per event of W2 and of what is like it, through source column, grouping and
# kernels, and of loops written by hand; and instructions per advance of a watermark that passes
# nothing. Fails above the bounds. Needs valgrind; CARGO_TARGET_DIR is respected.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

few=500000
many=1500000
# On the general path, where an event takes longer.
general_few=200000
general_many=600000
few_keys=1000
many_keys=1000000
# How many times the loop written by hand the aligned path may cost, in fixed and sliding windows.
fixed_bound=1.25
sliding_bound=1.5
# How many times a step that reads and writes a value for each event may cost what the aligned path
# does for the same sums.
state_bound=4
# How many times an advance over few keys one over many may cost.
advance_bound=1.1
# As in the program.
advances=1000

target="${CARGO_TARGET_DIR:-target}"
cargo build --release --quiet -p heliostat-benches --bin instructions
counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT

# instructions WAY EVENTS: writes down how many it took, all told, or of the advances.
instructions() {
    local way=$1 events=$2 made=$2 name="$counts/$1-$2" only=()
    case $events in "$few") made=$many ;; "$general_few") made=$general_many ;; esac
    case $way in advance-*) only=('--toggle-collect=*advance_repeatedly*') ;; esac
    valgrind --tool=callgrind --callgrind-out-file="$name.callgrind" "${only[@]}" \
        "$target/release/instructions" "$way" --events "$events" --made "$made" \
        >"$name.check" 2>"$name.log" || { cat "$name.log" >&2; return 1; }
    awk '/^(summary|totals):/ { print $2; exit }' "$name.callgrind" >"$name.count"
}
export -f instructions
export counts target few many general_few general_many

# Two at once: instruction counts do not depend on how busy a machine is. The longest go first.
{
    for keys in "$many_keys" "$few_keys"; do
        printf '%s\n' "advance-"{deadlines,general,aligned}" $keys"
    done
    for events in "$general_many" "$general_few"; do
        printf '%s\n' {timer,processing-time,sessions,count}" $events" {sessions,count}-loop" $events"
    done
    for events in "$many" "$few"; do
        printf '%s\n' {value,sliding,aligned}" $events" {sliding-,}loop" $events"
    done
} | xargs -P 2 -L 1 bash -c 'instructions "$1" "$2"' instructions

# agree BY_HAND ENGINE EVENTS...: both give the same sums.
agree() {
    local by_hand=$1 engine=$2
    for events in "${@:3}"; do
        cmp "$counts/$by_hand-$events.check" "$counts/$engine-$events.check" ||
            { echo "$by_hand and $engine give different sums" >&2; exit 1; }
    done
}
agree loop aligned "$few" "$many"
agree loop value "$few" "$many"
agree sliding-loop sliding "$few" "$many"
agree count-loop count "$general_few" "$general_many"
agree sessions-loop sessions "$general_few" "$general_many"

# per_event WAY [FEW MANY]: how many instructions an event takes.
per_event() {
    local few=${2:-$few} many=${3:-$many}
    awk -v events=$((many - few)) \
        '{ count[NR] = $1 } END { printf "%.1f", (count[2] - count[1]) / events }' \
        "$counts/$1-$few.count" "$counts/$1-$many.count"
}
per_general_event() { per_event "$1" "$general_few" "$general_many"; }

# per_advance WAY KEYS: how many instructions an advance takes.
per_advance() {
    awk '{ printf "%.1f", $1 / '"$advances"' }' "$counts/$1-$2.count"
}

# hold WHAT OF NUMBER OTHER OTHER_NUMBER [BOUND]: prints a line, and notes if it is above the bound.
above=0
hold() {
    local what=$1 of=$2 number=$3 other=$4 other_number=$5 bound=${6:-}
    awk -v what="$what" -v of="$of" -v number="$number" -v other="$other" -v bound="$bound" \
        -v other_number="$other_number" 'BEGIN {
            ratio = other_number / number
            limit = bound == "" ? "" : sprintf(" (at most %s)", bound)
            printf "%-24s %s %.1f, %s %.1f, ratio %.3f%s\n", what, of, number, other, other_number,
                ratio, limit
            exit bound != "" && bound + 0 < ratio
        }' || above=1
}

echo 'instructions per event'
hold '  fixed windows' 'by hand' "$(per_event loop)" aligned "$(per_event aligned)" "$fixed_bound"
hold '  sliding windows' 'by hand' "$(per_event sliding-loop)" \
    aligned "$(per_event sliding)" "$sliding_bound"
hold '  by count' 'by hand' "$(per_general_event count-loop)" general "$(per_general_event count)"
hold '  sessions' 'by hand' "$(per_general_event sessions-loop)" general "$(per_general_event sessions)"
printf '%-24s general %s\n' '  by processing time' "$(per_general_event processing-time)"
hold '  a value cell' aligned "$(per_event aligned)" state "$(per_event value)" "$state_bound"
printf '%-24s state %s\n' '  a timer' "$(per_general_event timer)"
echo "instructions per advance over $few_keys and $many_keys keys"
for way in aligned general deadlines; do
    hold "  $way" few "$(per_advance "advance-$way" "$few_keys")" \
        many "$(per_advance "advance-$way" "$many_keys")" "$advance_bound"
done
exit "$above"
