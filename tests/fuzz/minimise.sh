#!/usr/bin/env bash
# Leaves in tests/fuzz/corpus/TARGET the smallest inputs that cover what it and build/fuzz/corpus/TARGET cover together:
#   tests/fuzz/minimise.sh TARGET [BYTES]
# Of those that came from fuzzing at most BYTES in all, 150,000 if not said, the smallest first; what has a name that people
# gave it stays.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$1 most=${2:-150000}
tree=tests/fuzz/corpus/$target
merged=$(mktemp -d)
trap 'rm -rf "$merged"' EXIT
mkdir -p "build/fuzz/corpus/$target"
"build/fuzz/tests/fuzz/fuzz_$target" -merge=1 -timeout=10 -rss_limit_mb=2048 "$merged" "$tree" "build/fuzz/corpus/$target" \
  2>"build/fuzz/$target.merge.log"
find "$tree" -regextype posix-extended -regex '.*/[0-9a-f]{40}' -delete
total=0
while read -r size name; do
  total=$((total + size))
  [ $total -le "$most" ] || break
  cp "$merged/$name" "$tree/$name"
done < <(find "$merged" -type f -printf '%s %f\n' | sort -n)
echo "$target: $(find "$tree" -type f | wc -l) inputs of $(find "$merged" -type f | wc -l), $(du -sb "$tree" | cut -f1) bytes"
