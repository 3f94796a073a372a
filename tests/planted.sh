#!/usr/bin/env bash
# Plants known bugs in a copy of this repository, one at a time, and wants the generated scripts of
# tests/tests/agreement.rs to catch each. `tests/planted.sh NAME ..` plants only those.
# CARGO_TARGET_DIR is respected, and shared: only what a patch touches is built anew.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target="${CARGO_TARGET_DIR:-$PWD/target}"
copy="$target/planted"
log="$target/planted.log"
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z | xargs -0 cp --parents --preserve=timestamps -t "$copy"

# The copy may lie inside a repository, which is not to be looked at.
in_copy() {
    (cd "$copy" && GIT_CEILING_DIRECTORIES="$target" "$@")
}

agreement() {
    CARGO_TARGET_DIR="$target" AGREEMENT_SHRINK=no in_copy cargo test --quiet \
        -p heliostat-conformance --features heliostat-conformance/our-runners \
        --test agreement "$@" >"$log" 2>&1
}

if (($# == 0)); then
    patches=(tests/planted/*.patch)
else
    patches=("${@/#/tests/planted/}")
    patches=("${patches[@]/%/.patch}")
fi

agreement || { cat "$log"; echo 'the scripts fail without a planted bug' >&2; exit 1; }
missed=()
for patch in "${patches[@]}"; do
    name=$(basename "$patch" .patch)
    in_copy git apply "$PWD/$patch"
    agreement --no-run || { cat "$log"; echo "$name does not compile" >&2; exit 1; }
    if agreement; then
        missed+=("$name")
        echo "$name: not caught"
    else
        echo "$name: caught, $(grep -c '^disagrees: ' "$log") scripts"
    fi
    in_copy git apply --reverse "$PWD/$patch"
done
if ((0 < ${#missed[@]})); then
    echo "not caught: ${missed[*]}" >&2
    exit 1
fi
