# ./dev bench NAME [--json]: each benchmark checks its own answers before it prints a figure.
dev_bench() {
  local name=${1:-}
  local script=bench/${name//-/_}.py
  shift || true
  [[ -n $name && $name != *_* && -f $script ]] || {
    echo "benchmarks: $(cd bench && ls -- *.py | sed 's/\.py$//' | grep -v '^bench_' | tr '_\n' '- ')"
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
  /usr/bin/python3 "$script" "$@"
}
