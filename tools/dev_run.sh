# ./dev run [--empty]: builds, starts the server and the demonstration fleet, and ends both on Ctrl-C.
# The data folder is ./data (BARTIZAN_DATA names another); a second run continues with it.
# BARTIZAN_PORT: the console's port, 8443 by default; the two ports after it are the phones'.
dev_run() {
  # Started in the background by a script, this shell would ignore SIGINT and could not trap it.
  [[ -n ${BARTIZAN_RUN_HEARS_SIGINT:-} ]] || BARTIZAN_RUN_HEARS_SIGINT=1 exec env --default-signal=INT ./dev run "$@"
  local fleet=yes data=${BARTIZAN_DATA:-$PWD/data} port=${BARTIZAN_PORT:-8443}
  case ${1:-} in
    '') ;;
    --empty) fleet=no ;;
    *) die "run: unknown option $1" ;;
  esac
  refuse_taken_ports "$port"
  refuse_data_in_use "$data"

  if [[ $fleet == yes ]]; then steps 6; else steps 4; fi
  step "packages"
  install_packages build console
  [[ $fleet == no ]] || install_packages demo
  step "program (the first time takes minutes)"
  build_preset release bartizan -DBARTIZAN_TESTS=OFF
  step "console"
  build_console release
  if [[ $fleet == yes ]]; then
    step "demonstration apps"
    quietly build/demo-apps.log tools/build_apps
  fi
  step "server"
  start_server "$data" "$port"
  if [[ $fleet == yes ]]; then
    step "fleet"
    start_fleet "$data"
  fi
  say_where "$data"
  wait "$server_pid" || true
  die "the server ended by itself (build/run/server.log)"
}

refuse_taken_ports() {
  local port
  for port in "$1" $(($1 + 1)) $(($1 + 2)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      die "port $port is taken, perhaps by another ./dev run; end that one, or choose another: BARTIZAN_PORT=9443 ./dev run"
    fi
  done
}

# The server would refuse too, but only after this run has replaced the console and the logs of that one.
refuse_data_in_use() {
  if [[ -r $1/lock ]] && ! flock --nonblock "$1/lock" true; then
    die "a server is running on $1; end it, or choose another folder: BARTIZAN_DATA=$PWD/data-2 ./dev run"
  fi
}

# start_server DATA PORT: leaves $server_pid, and the ready line in build/run/ready.json.
start_server() {
  local waited=0
  mkdir -p -m 700 build/run
  : >build/run/ready.json
  trap stop_all EXIT
  trap 'exit 0' INT TERM HUP
  # A session of its own: Ctrl-C reaches this script alone, which ends the fleet before the server.
  setsid build/release/bartizan serve --data "$1" --listen "127.0.0.1:$2" \
    >build/run/ready.json 2>build/run/server.log </dev/null &
  server_pid=$!
  until [[ -s build/run/ready.json ]]; do
    if ! kill -0 "$server_pid" 2>/dev/null || ((waited++ > 300)); then
      tail -n 20 build/run/server.log >&2
      die "the server did not start (build/run/server.log)"
    fi
    sleep 0.1
  done
}

# start_fleet DATA: a phone that is not enrolled yet gets a one-time address; the others go on.
start_fleet() {
  local new
  new=$(tools/enrol_fleet build/release/bartizan demo/fleet.yaml "$1" "$1/fleet" build/run/enrolments.json)
  ((new == 0)) || printf '      %d phones enrol\n' "$new"
  setsid build/release/bartizan agent --fleet demo/fleet.yaml --enrolments build/run/enrolments.json \
    --data "$1/fleet" --follow >build/run/fleet.log 2>&1 </dev/null &
  fleet_pid=$!
}

stop_all() {
  trap '' INT TERM HUP
  local pid
  for pid in "${fleet_pid:-}" "${server_pid:-}"; do
    [[ -n $pid ]] || continue
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  rm -f build/run/ready.json build/run/enrolments.json # they hold first secrets
}

say_where() {
  /usr/bin/python3 - "$1" <<'PYTHON'
import hashlib, json, ssl, sys

ready = json.load(open("build/run/ready.json"))
digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(open(sys.argv[1] + "/ca.pem").read())).hexdigest()
first = ready.get("first_login")
print(f"\n  console   {ready['console']}")
if first:
    print(f"  sign in   {first['name']} with the password {first['password']}  (shown this once)")
else:
    print(f"  sign in   as before (lost? build/release/bartizan admin reset-password admin --data {sys.argv[1]})")
print(f"  CA        {sys.argv[1]}/ca.pem, SHA-256 {digest}")
print("            your browser does not know it: import it, or compare and accept")
print(f"  data      {sys.argv[1]}; logs in build/run/")
print("  Ctrl-C stops all of it; the next ./dev run goes on with the same data.\n")
PYTHON
}
