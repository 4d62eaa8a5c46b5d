# ./dev test [--slow]: every test, or the slow ones. A suite that fails does not keep the next from running.
dev_test() {
  local run=test
  case ${1:-} in
    '') ;;
    --slow) run=slow ;;
    *) die "test: unknown option $1" ;;
  esac
  results=build/results/$run.tsv
  rm -rf "$results" "build/results/$run"
  mkdir -p "build/results/$run"
  failed_suites=0
  "dev_test_$run"
  /usr/bin/python3 tools/test_summary.py "$results"
  ((failed_suites == 0))
}

dev_test_test() {
  steps 6
  step "packages"
  install_packages build console demo test
  suite "debug build" build_preset debug
  suite "unit tests, cases, fuzz replays" run_ctest debug test
  suite "checks of the sources" run_each_check
  suite "console: types, build, Chromium" test_console
  suite "end to end over real sockets" tests/e2e/run --binary build/debug/bartizan --results "$PWD/$results"
}

dev_test_slow() {
  steps 6
  step "packages"
  install_packages build console demo test fuzz bench
  suite "release build" build_release_and_bench
  suite "corpora (BARTIZAN_CORPUS${BARTIZAN_CORPUS:+=$BARTIZAN_CORPUS})" test_corpora
  suite "benchmarks check their own answers" tests/e2e/run --binary build/release/bartizan --pattern 'slow_*.py' --results "$PWD/$results"
  suite "address and undefined behaviour sanitizers, mutated corpora" test_sanitized
  suite "libFuzzer, 20 s a target" test_fuzzers
}

# suite TEXT COMMAND...: a step whose failure is noted. A command that does not write its own line to
# $results is counted as one test.
suite() {
  local text=$1 before status=0 began=$SECONDS
  shift
  step "$text"
  before=$(wc -l 2>/dev/null <"$results" || echo 0)
  # In a subshell with errexit of its own, which `if` or `||` around it would switch off.
  set +e
  (set -e; "$@")
  status=$?
  set -e
  if [[ $(wc -l 2>/dev/null <"$results" || echo 0) == "$before" ]]; then
    if ((status == 0)); then count_results "$text" 1 0 0 $((SECONDS - began)); else count_results "$text" 0 1 0 $((SECONDS - began)); fi
  fi
  if ((status != 0)); then
    failed_suites=$((failed_suites + 1))
    printf 'FAILED: %s\n' "$text"
  fi
}

# count_results SUITE PASSED FAILED SKIPPED SECONDS
count_results() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$@" >>"$results"
}

# run_ctest PRESET RUN [CTEST OPTION...]
run_ctest() {
  local preset=$1 run=$2 status=0 began=$SECONDS
  shift 2
  GTEST_OUTPUT="xml:$PWD/build/results/$run/$preset/" \
    ctest --test-dir "build/$preset" --output-on-failure --output-junit "$PWD/build/results/$run/$preset.xml" \
    -j "$(nproc)" --progress "$@" >"build/$preset-ctest.log" 2>&1 </dev/null || status=$?
  ((status == 0)) || grep -vE '^ *[0-9]+/[0-9]+ Test .* Passed|^\s+Start +[0-9]+' "build/$preset-ctest.log" | tail -n 120
  /usr/bin/python3 tools/test_summary.py --ctest "build/results/$run/$preset.xml" "build/results/$run/$preset" \
    "ctest, $preset build" $((SECONDS - began)) >>"$results"
  return "$status"
}

run_each_check() {
  local check status=0
  for check in tools/check_*; do
    if "$check"; then
      count_results "$check" 1 0 0 0
    else
      count_results "$check" 0 1 0 0
      status=1
    fi
  done
  return "$status"
}

# Two runs: the pages against a mock of the API, in every state, and against the real server.
test_console() {
  local kind report began status=0
  build_console debug
  for kind in mock e2e; do
    report=$PWD/build/results/test/console-$kind.xml
    began=$SECONDS
    BARTIZAN_BINARY=$PWD/build/debug/bartizan PLAYWRIGHT_JUNIT_OUTPUT_NAME=$report \
      npm --prefix console run --silent "test:$kind" -- --reporter=dot,junit </dev/null || status=$?
    /usr/bin/python3 tools/test_summary.py --junit "$report" "console in Chromium, $kind" $((SECONDS - began)) >>"$results"
  done
  return "$status"
}

build_release_and_bench() {
  build_preset release -DBARTIZAN_TESTS=OFF -DBARTIZAN_BENCH=ON
}

# Tests whose name ends in Corpus skip themselves where there is no corpus.
test_corpora() {
  build_preset debug
  GTEST_FILTER='*Corpus*' run_ctest debug slow -L unit
}

test_sanitized() {
  build_preset asan -DBARTIZAN_TESTS=ON
  export ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
  BARTIZAN_FUZZ_MUTANTS=2000 run_ctest asan slow --timeout 900
}

test_fuzzers() {
  source tools/dev_fuzz.sh
  dev_fuzz all 20
}
