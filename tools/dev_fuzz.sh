# ./dev fuzz [TARGET|all] [SECONDS]: libFuzzer with address and undefined behaviour sanitizers.
# ./dev fuzz packages [COUNT]: mutants of whole packages, see fuzz/package_mutants.cc.
dev_fuzz() {
  if [[ ${1:-} == packages ]]; then
    fuzz_packages "${2:-20000}"
    return
  fi
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

fuzz_packages() {
  local count=$1 folders=(build/demo-apps build/behavior-apps build/apksig-fixtures build/demo-ios)
  [[ $count =~ ^[1-9][0-9]*$ ]] || die "mutants: a whole number, not \"$count\""
  [[ -z ${BARTIZAN_CORPUS:-} ]] || folders+=("$BARTIZAN_CORPUS/apk/evasion" "$BARTIZAN_CORPUS/apk/axml")
  install_packages build bench demo
  steps 4
  step "packages made from text"
  quietly build/packages.log make_packages
  step "build with sanitizers, and the release"
  build_preset asan package_mutants
  build_preset release package_mutants -DBARTIZAN_TESTS=OFF -DBARTIZAN_BENCH=ON
  step "$count mutants under the address and undefined behaviour sanitizers"
  UBSAN_OPTIONS=print_stacktrace=1 build/asan/package_mutants content "$count" "${folders[@]}"
  step "the same in the release build, with its memory"
  build/release/package_mutants --memory content "$count" "${folders[@]}"
  [[ -z ${BARTIZAN_CORPUS:-} ]] || build/release/package_mutants --memory content 1800 "$BARTIZAN_CORPUS/apk/real"
}

make_packages() {
  tools/build_apps build/demo-apps
  tools/build_behavior_apps build/behavior-apps
  tests/fixtures/apksig/make_fixtures build/apksig-fixtures
  tools/build_ios_apps build/demo-ios
}
