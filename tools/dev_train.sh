# ./dev train apps [--model-only] [DATA]: makes content/models/apps.* again, and measures it (docs/models.md).
# ./dev train links [--research] [DATA]: the same of content/models/links.*; --research only measures, by protocol R.
dev_train() {
  local what=${1:-}
  [[ $what == apps || $what == links ]] || die "what to train? \"apps\" and \"links\" are known"
  shift
  local data=${BARTIZAN_CORPUS:-} options=() argument
  [[ $what == links || -z $data ]] || data+=/apps
  for argument in "$@"; do
    case $argument in
      --*) options+=("$argument") ;;
      *) data=$argument ;;
    esac
  done
  case $what in
    apps) [[ -n $data && -d $data ]] || die "name the folder with drebin215*.csv.xz, defensedroid*.csv.xz and kronodroid*.csv.xz" ;;
    links) [[ -n $data && -d $data/links && -d $data/intel ]] || die "name the folder with links/ and intel/" ;;
  esac
  steps 3
  step "packages"
  install_packages build train
  step "training packages, in build/train"
  install_training_packages
  step "train and measure: some minutes of one core"
  local -a make=(tools/train_apps.py "$data" content/models tests/fixtures/models)
  if [[ $what == links ]]; then
    quietly build/release-configure.log cmake --preset release -DBARTIZAN_TESTS=OFF
    quietly build/release-build.log cmake --build build/release --target dump_link_facts
    make=(tools/train_links.py build/release/dump_link_facts "$data" .)
  fi
  # One thread of every library: more would add numbers in another order.
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 build/train/bin/python -W ignore "${make[@]}" "${options[@]}"
}

# What the requirements name, by their digests, only when they have changed since the last time.
install_training_packages() {
  local wanted=tools/train_apps_requirements.txt stamp=build/train/.installed
  cmp -s "$wanted" "$stamp" && return 0
  rm -rf build/train
  /usr/bin/python3 -m venv build/train
  quietly build/train-pip.log build/train/bin/pip install --quiet --disable-pip-version-check \
    --only-binary :all: --require-hashes --no-deps -r "$wanted"
  cp "$wanted" "$stamp"
}
