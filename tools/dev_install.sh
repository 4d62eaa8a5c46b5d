# Sourced by tools/dev_common.sh: installs what tools/packages.txt names and is not there yet.

# packages_for GROUP...: names of the packages of these groups.
packages_for() {
  local package group rest
  while read -r package group rest; do
    [[ -z $package || $package == '#'* ]] && continue
    # A node from elsewhere is as good as Debian's, and Debian's would conflict with it.
    [[ $group == console ]] && command -v node >/dev/null && command -v npm >/dev/null && continue
    [[ " $* " == *" $group "* ]] && printf '%s\n' "$package"
  done <tools/packages.txt
  return 0
}

# install_packages GROUP...: silent when nothing is missing.
install_packages() {
  command -v dpkg-query >/dev/null || die "this script installs Debian packages and finds no dpkg-query; see tools/packages.txt"
  local wanted=() missing=() package
  mapfile -t wanted < <(packages_for "$@")
  for package in "${wanted[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return 0

  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || die "as root, please: apt-get install --no-remove ${missing[*]}"
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(-n)  # nobody there to type a password
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  echo "installing with apt: ${missing[*]}"
  mkdir -p build
  if ! apt_get install --no-install-recommends "${missing[@]}"; then
    # Lists that are missing or older than the mirror are the usual reason: fetch them, once.
    "${as_root[@]}" apt-get update -q >build/apt.log 2>&1 </dev/null || true
    apt_get install --no-install-recommends "${missing[@]}" || explain_apt_failure
  fi
}

# Uses install_packages' as_root. --no-remove: nothing of the machine's own is ever taken away.
apt_get() {
  "${as_root[@]}" apt-get -y -q --no-remove "$@" >build/apt.log 2>&1 </dev/null
}

explain_apt_failure() {
  tail -n 15 build/apt.log >&2
  if dpkg-query -W -f='${db:Status-Status} ${Package}\n' 'libboost*1.74-dev' 'libboost*-dev' 2>/dev/null |
    grep '^installed' | grep -qv 1.81; then
    cat >&2 <<'TEXT'
./dev: this machine has development packages of another Boost, which exclude libboost1.81-dev.
       Nothing was removed. If you can do without them: apt-get install libboost1.81-dev
TEXT
    exit 2
  fi
  die "apt could not install the packages named above (build/apt.log)"
}

# What the lock file names, only when it has changed since the last time.
install_npm() {
  local stamp=console/node_modules/.installed-lock
  cmp -s console/package-lock.json "$stamp" && return 0
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' ||
    die "the console needs node 18 or newer, this is $(node --version)"
  echo "installing the console's npm packages"
  # The browser is Debian's chromium.
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 quietly build/npm.log npm --prefix console ci --no-audit --no-fund
  cp console/package-lock.json "$stamp"
}
