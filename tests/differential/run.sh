#!/usr/bin/env bash
# Random checkpoints, read by the real readers and by Leafsum: tests/differential/run.sh [options]
#   --trees N   --zarrs N    cases by Orbax and by zarr-python (30 and 30)
#   --damages N              damaged copies of each (3)
#   --hostile N              groups of hostile.py, of six (0)
#   --structure N            cases of structure/run.py, and with them its experiments and intact checkpoints (150)
#   --archives N             checkpoints packed by tests/campaigns/archives (40)
#   --locks N                lockfiles made in memory by examples/lock_in_python.py (10)
#   --first SEED             of the first case (0); a seed always gives the same case
#   --requirements FILE      of the Python environment (requirements.txt beside this file)
#   --python PROGRAM         that makes the environment (python3)
# Cases that differ stay in build/differential/differing, each with its case.json.
set -uo pipefail
cd "$(dirname "$0")/../.."

trees=30 zarrs=30 archives=40 locks=10 structure=150 hostile=0 damages=3 first=0 python=python3
requirements=tests/differential/requirements.txt
while [ $# -gt 0 ]; do
  case $1 in
    --trees | --zarrs | --archives | --locks | --structure | --hostile | --damages | --first | --requirements | --python)
      declare "${1#--}=$2"; shift 2 ;;
    *) sed -n '2,13s/^# //p' "$0" >&2; exit 2 ;;
  esac
done

. cmake/env.sh
where=build/differential
log=$where/log
environment=$where/$(basename "$requirements" .txt)
mkdir -p $where
tools/python_environment.sh "$requirements" "$environment" "$python" || exit 1

rm -rf $where/cases $where/differing $where/log $where/writers.log
mkdir -p $where/differing
batch() { # <kind> <first> <end>
  local cases=$where/cases/$1
  # What Orbax and TensorStore chat is kept, not shown.
  "$environment/bin/python" -B tests/differential/make.py $cases --kind "$1" --seeds "$2" "$3" --damages "$damages" \
    2>>$where/writers.log || echo "make.py ended with $?, cases $1 $2 to $3"
  node tests/differential/compare.mjs --delete --cli 3 $cases
  # What differs is set aside, so that it is counted once.
  find $cases -mindepth 1 -maxdepth 1 -exec mv -t $where/differing {} +
}

batches() { # <kind> <count>
  local end=$((first + $2)) seed
  for ((seed = first; seed < end; seed += 40)); do
    batch "$1" $seed $((seed + 40 < end ? seed + 40 : end))
  done
}

locks() {
  rm -rf $where/locks
  "$environment/bin/python" -B tests/differential/locks.py $where/locks --seeds "$first" $((first + locks)) 2>>$where/writers.log ||
    echo "make.py ended with $?, locks"
  node tests/differential/locks.mjs $where/locks
  # What `ls --spec` says of these and of the fixtures, opened by TensorStore.
  local intact
  mapfile -t intact < <(find $where/locks tests/fixtures/{orbax,manager,v1,multiprocess,zarr} -name ckpt -type d | sort)
  node tests/differential/specs.mjs "${intact[@]}" >$where/specs.ndjson || echo "make.py ended with $?, specs"
  "$environment/bin/python" -B tests/differential/specs.py $where/specs.ndjson
}

archives() {
  tests/campaigns/archives.sh "$archives" "$first" || echo "make.py ended with $?, archives"
}

# Two lanes, of about the same length for the numbers above: Python and Node are one thread each.
batches trees "$trees" | tee -a $log &
{
  batches zarrs "$zarrs"
  [ "$hostile" = 0 ] || damages=0 batch hostile 0 "$hostile"
  [ "$locks" = 0 ] || locks
  [ "$archives" = 0 ] || archives
} | tee -a $log
wait

# 2 says that something differs, which the line before it says too.
structure() { # <program> <arguments>
  "$environment/bin/python" -B "tests/differential/structure/$@" || [ $? = 2 ] || echo "make.py ended with an error, $1"
}
if [ "$structure" != 0 ]; then
  structure self_test.py $where/structure-self-test | tee -a $log
  structure experiments.py | tee -a $log &
  structure run.py $where/structure --seeds "$first" $((first + structure)) --intact | tee -a $log
  wait
fi

# A writer that refuses more than now and then would leave nothing to compare.
awk -v cases=$((trees + zarrs + locks + structure + hostile)) '
  / compared, .* differences, in/ { compared += $1; differences += $3; failed += $6 }
  / cases refused by their writer$/ { refused += $1 }
  /^make.py ended/ { failed++ }
  END {
    if (refused * 10 > cases || compared < cases - refused) failed++
    printf "%d compared, %d differences\n%d passed, %d failed\n", compared, differences, compared - failed, failed
    exit compared == 0 || failed > 0
  }' $log
