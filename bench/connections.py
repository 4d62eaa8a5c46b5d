#!/usr/bin/env python3
"""Memory of the idle server, then 5,000 idle keep-alive TLS connections held while 64 active ones work.

Checked: while the active ones have worked, the server counts the idle ones as open; each is answered once more
afterwards; and no request of the active ones failed.
"""
import resource
import subprocess

import bench_common as bench


def measure(options):
    # Both ends of every connection count; child processes inherit the limit.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = options.idle + 4096
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise SystemExit(f"needs {wanted} open files, this account may have {hard} (ulimit -n)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    with bench.Site() as site:
        idle_bytes = site.server.resident_bytes()
        phones_file = site.phones_file(site.enrol(options.active))
        load = subprocess.Popen([bench.BUILD / "bench_connections", phones_file, str(options.idle), str(options.seconds)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if load.stdout.readline() != "idle\n":
            raise SystemExit("the load generator ended early")
        held = open_connections(site.server)
        loaded_bytes = site.server.resident_bytes()
        load.stdin.write("on\n")
        load.stdin.flush()
        done = bench.answer_of(load)
        if held < options.idle:
            raise SystemExit(f"only {held} connections were open")
        return {"idle_resident_mb": round(idle_bytes / 1e6, 1), **{k: round(v, 1) for k, v in done.items()},
                "held_open": held, "loaded_resident_mb": round(loaded_bytes / 1e6, 1)}


def open_connections(server):
    """By the server's own count, of all its listeners."""
    for line in server.get("/metrics").body.decode().splitlines():
        if line.startswith("bartizan_open_connections"):
            return int(float(line.split()[-1]))
    raise SystemExit("/metrics does not say how many connections are open")


if __name__ == "__main__":
    bench.main(measure, __doc__, ("--idle", {"type": int, "default": 5000}), ("--active", {"type": int, "default": 64}),
               ("--seconds", {"type": int, "default": 10}))
