# Sourced by ./dev, from the repository's top folder: what more than one verb needs.

# Corpora beside the checkout are used when they are there, and never needed.
if [[ -z ${BARTIZAN_CORPUS:-} && -d ../shared/data ]]; then
  BARTIZAN_CORPUS=$(cd ../shared/data && pwd)
  export BARTIZAN_CORPUS
fi

step_number=0
step_total=0

# steps N: how many steps follow; step TEXT: the next one begins.
steps() {
  step_number=0
  step_total=$1
}

step() {
  step_number=$((step_number + 1))
  printf '[%d/%d] %s\n' "$step_number" "$step_total" "$*"
}

die() {
  printf './dev: %s\n' "$*" >&2
  exit 2
}

source tools/dev_install.sh

# build_preset PRESET [TARGET...] [-D...]: configures and builds, quietly unless it fails.
build_preset() {
  local preset=$1 definitions=() targets=()
  shift
  for argument in "$@"; do
    case $argument in
      -D*) definitions+=("$argument") ;;
      *) targets+=(--target "$argument") ;;
    esac
  done
  # Debian's own interpreter: the one python3-yaml is installed for.
  quietly "build/$preset-configure.log" \
    cmake --preset "$preset" -DPython3_EXECUTABLE=/usr/bin/python3 "${definitions[@]}"
  # Ninja draws its own progress line on a terminal; elsewhere only what goes wrong is worth a line.
  if [[ -t 1 ]]; then
    cmake --build "build/$preset" "${targets[@]}"
  else
    quietly "build/$preset-build.log" cmake --build "build/$preset" "${targets[@]}"
  fi
}

# quietly LOG COMMAND...: output goes to the log, whose end is shown when the command fails.
quietly() {
  local log=$1 status=0
  shift
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    printf '%s\n' "failed: $* (all of it: $log)" >&2
  fi
  return "$status"
}

# build_console PRESET: the web console, put beside that preset's program.
build_console() {
  install_npm
  quietly build/console-build.log npm --prefix console run --silent build
  rm -rf "build/$1/console"
  cp -r console/dist "build/$1/console"
}
