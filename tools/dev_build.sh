# ./dev build: the C++ program alone; needs no npm and no test package.
dev_build() {
  steps 2
  step "packages"
  install_packages build
  step "build/release/bartizan"
  build_preset release bartizan -DBARTIZAN_TESTS=OFF
}
