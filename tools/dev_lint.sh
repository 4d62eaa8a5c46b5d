# ./dev lint [FILE...]: formatting and clang-tidy; nothing is changed.
dev_lint() {
  install_packages build test lint
  local sources=("$@")
  if ((${#sources[@]} == 0)); then
    mapfile -t sources < <(git ls-files -- 'src/*.cc' 'bench/*.cc')
    steps 3
  else
    steps 2
  fi
  step "formatting"
  if ((step_total == 3)); then
    git ls-files -z -- '*.cc' '*.h' | xargs -0 -r clang-format-14 --dry-run -Werror
    step "layers and other checks"
    run_checks
  else
    clang-format-14 --dry-run -Werror "${sources[@]}"
  fi
  step "clang-tidy (.clang-tidy says which checks and why not the others)"
  cmake --preset debug -DPython3_EXECUTABLE=/usr/bin/python3 >/dev/null
  printf '%s\0' "${sources[@]}" |
    xargs -0 -r -n 4 -P "$(nproc)" clang-tidy-14 -p build/debug --quiet --warnings-as-errors='*'
}

# Every tools/check_*, each of which prints what is wrong as file:line: message.
run_checks() {
  local check failed=0
  for check in tools/check_*; do
    "$check" || failed=1
  done
  return "$failed"
}
