# ./dev fmt: formats the C++ sources in place.
dev_fmt() {
  install_packages lint
  git ls-files -z -- '*.cc' '*.h' | xargs -0 -r clang-format-14 -i
}
