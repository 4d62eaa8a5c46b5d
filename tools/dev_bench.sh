# ./dev bench NAME [--json]: each benchmark checks its own answers before it prints a figure.
dev_bench() {
  local name=${1:-}
  shift || true
  [[ -n $name && -f bench/$name.py ]] || {
    echo "benchmarks: $(cd bench && ls -- *.py | sed 's/\.py$//' | grep -v '^bench_' | tr '\n' ' ')"
    [[ -z $name ]] && return
    die "no such benchmark: $name"
  }
  {
    steps 2
    step "packages"
    install_packages build bench
    step "build"
    build_preset release -DBARTIZAN_TESTS=OFF -DBARTIZAN_BENCH=ON
  } >&2  # standard output is the benchmark's own
  /usr/bin/python3 "bench/$name.py" "$@"
}
