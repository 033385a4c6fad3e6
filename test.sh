#!/usr/bin/env bash
# Builds what is missing, runs every test, ends with "N passed, N failed". Works from any folder.
#   ./test              everything
#   ./test Specs        the test projects whose name holds "Specs"
#   ./test torn_last    the tests whose name holds "torn_last", in all projects
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/eng/build.sh"
need_dotnet
build all Colossus.slnx src test data samples

filter="${1:-}"
limit=900 # seconds for one test project; a hang is a failure, not a wait
projects=() arguments=()
# Programs that tests start, such as a stand-in for a rank, lie in the same folder and are no tests.
for folder in "$root"/test/*.Tests/ "$root"/test/*.Scenarios/; do
  project="$(basename "$folder")"
  [ -f "$folder/$project.csproj" ] && projects+=("$project")
done
if [ -n "$filter" ]; then
  named=()
  for project in "${projects[@]}"; do
    [[ "$project" == *"$filter"* ]] && named+=("$project")
  done
  if [ ${#named[@]} -gt 0 ]; then projects=("${named[@]}"); else arguments=(--filter-method "*$filter*"); fi
fi

passed=0 failed=0 skipped=0
count() { grep -E "^ *$1: [0-9]+" "$log" | tail -n 1 | grep -oE "[0-9]+" || true; }
for project in "${projects[@]}"; do
  log="$root/artifacts/test-$project.log"
  started=$SECONDS code=0
  timeout --kill-after=10 "$limit" dotnet "$root/artifacts/bin/$project/release/$project.dll" --no-ansi --progress off "${arguments[@]}" \
    > "$log" 2>&1 < /dev/null || code=$?
  ok="$(count succeeded)" bad="$(count failed)" left="$(count skipped)"
  # 8 says that no test ran: a project that has none yet, or none of that name.
  if [ "$code" -eq 8 ]; then continue; fi
  if [ "$code" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then
    bad=1
    [ "$code" -eq 124 ] && echo "$project did not end within $limit s" >> "$log"
  fi
  passed=$((passed + ${ok:-0})) failed=$((failed + ${bad:-0})) skipped=$((skipped + ${left:-0}))
  if [ "${bad:-0}" -gt 0 ]; then cat "$log"; fi
  printf '%-32s %4d passed, %d failed%s  %d s\n' "$project" "${ok:-0}" "${bad:-0}" "$([ "${left:-0}" -gt 0 ] && echo ", $left skipped")" "$((SECONDS - started))"
done

[ $((passed + failed)) -gt 0 ] || echo "no test ran${filter:+: nothing is named *$filter*}"
echo "$passed passed, $failed failed$([ "$skipped" -gt 0 ] && echo ", $skipped skipped" || true)"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
