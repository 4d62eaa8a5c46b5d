# ./dev run [--empty]: builds, starts the server and the demonstration fleet, and ends both on Ctrl-C.
# The data folder is ./data (BARTIZAN_DATA names another); a second run continues with it.
dev_run() {
  local fleet=yes data=${BARTIZAN_DATA:-$PWD/data}
  case ${1:-} in
    '') ;;
    --empty) fleet=no ;;
    *) die "run: unknown option $1" ;;
  esac

  if [[ $fleet == yes ]]; then steps 6; else steps 4; fi
  step "packages"
  install_packages build console
  [[ $fleet == no ]] || install_packages demo
  step "program (the first time takes minutes)"
  build_preset release bartizan -DBARTIZAN_TESTS=OFF
  step "console"
  build_console release
  [[ $fleet == no ]] || {
    step "demonstration apps"
    build_demo_apps
  }
  step "server"
  start_server "$data"
  [[ $fleet == no ]] || {
    step "fleet"
    start_fleet "$data"
  }
  say_where "$data"
  wait "$server_pid" || true
}

# The apps the fleet's phones have installed, from text; only when their sources have changed.
build_demo_apps() {
  quietly build/demo-apps.log tools/build_apps
}

# start_server DATA: leaves $server_pid, and the ready line in build/run/ready.json.
start_server() {
  local port
  mkdir -p build/run
  for port in 8443 8444 8445; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      die "port $port is taken, perhaps by another ./dev run; end that one first"
    fi
  done
  mkdir -p -m 700 "$1"
  : >build/run/ready.json
  # In a process group of its own: Ctrl-C reaches this script first, which ends the fleet before the server.
  setsid build/release/bartizan serve --data "$1" --listen 127.0.0.1:8443 >build/run/ready.json 2>build/run/server.log </dev/null &
  server_pid=$!
  trap stop_all EXIT
  trap 'exit 0' INT TERM
  local waited=0
  until [[ -s build/run/ready.json ]]; do
    if ! kill -0 "$server_pid" 2>/dev/null || ((waited++ > 300)); then
      tail -n 20 build/run/server.log >&2
      die "the server did not start (build/run/server.log)"
    fi
    sleep 0.1
  done
}

# start_fleet DATA: phones that are not enrolled yet get a token each; the others go on.
start_fleet() {
  setsid build/release/bartizan agent --fleet demo/fleet.yaml --state "$1/fleet" --tokens build/run/tokens.json \
    >build/run/fleet.log 2>&1 </dev/null &
  fleet_pid=$!
}

stop_all() {
  trap '' INT TERM
  local pid
  for pid in "${fleet_pid:-}" "${server_pid:-}"; do
    [[ -n $pid ]] || continue
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

say_where() {
  printf '\n  console   https://127.0.0.1:8443   (your browser will not know its certificate: the CA is %s/ca.pem)\n' "$1"
  printf '  stop      Ctrl-C; the data stays in %s\n' "$1"
}
