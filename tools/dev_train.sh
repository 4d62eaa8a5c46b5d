# ./dev train apps [--model-only] [DATA]: makes content/models/apps.* again, and measures it (docs/models.md).
dev_train() {
  [[ ${1:-} == apps ]] || die "what to train? \"apps\" is known"
  shift
  local data=${BARTIZAN_CORPUS:+$BARTIZAN_CORPUS/apps} options=() argument
  for argument in "$@"; do
    case $argument in
      --*) options+=("$argument") ;;
      *) data=$argument ;;
    esac
  done
  [[ -n $data && -d $data ]] || die "name the folder with drebin215*.csv.xz, defensedroid*.csv.xz and kronodroid*.csv.xz"
  steps 3
  step "packages"
  install_packages train
  step "training packages, in build/train"
  install_training_packages
  step "train and measure: about five minutes of one core"
  # One thread of every library: more would add numbers in another order.
  OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 \
    build/train/bin/python -W ignore tools/train_apps.py "$data" content/models tests/fixtures/models "${options[@]}"
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
