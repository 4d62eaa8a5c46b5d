# ./dev fuzz [TARGET|all] [SECONDS]: libFuzzer with address and undefined behaviour sanitizers.
dev_fuzz() {
  local target=${1:-} seconds=${2:-60} names=() name
  for name in fuzz/fuzz_*.cc; do
    [[ -f $name ]] || continue
    name=${name#fuzz/fuzz_}
    names+=("${name%.cc}")
  done
  if [[ -z $target ]]; then
    printf '%s\n' "${names[@]}"
    return
  fi
  [[ $target == all || -f fuzz/fuzz_$target.cc ]] || die "no such fuzz target: $target (./dev fuzz lists them)"
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || die "seconds: a whole number, not \"$seconds\""
  [[ $target == all ]] || names=("$target")

  install_packages build fuzz
  steps $((${#names[@]} + 1))
  step "build with clang, sanitizers and libFuzzer"
  build_preset fuzz "${names[@]/#/fuzz_}"
  for name in "${names[@]}"; do
    step "fuzz $name for $seconds s"
    fuzz_one "$name" "$seconds"
  done
}

# New inputs go to build/fuzz/NAME, crashes beside them; the committed corpus is only read.
fuzz_one() {
  local found=build/fuzz/found/$1
  mkdir -p "$found"
  quietly "build/fuzz/$1.log" "build/fuzz/fuzz_$1" "$found" "fuzz/corpus/$1" \
    -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$found/" -print_final_stats=1
  grep -h 'stat::number_of_executed_units' "build/fuzz/$1.log"
}
