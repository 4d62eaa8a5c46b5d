#!/usr/bin/env python3
"""Memory of the idle server, then 5,000 idle keep-alive TLS connections held while 64 active ones work.

Checked: the idle connections are still open afterwards, and every request of the active ones was answered.

bench_connections PHONES IDLE SECONDS (bench/connections.cc) opens IDLE connections with the first phone's certificate, each
of which has made one request, then lets one connection per phone of PHONES work for SECONDS. It prints {"idle_connections"
(open afterwards), "active_requests", "active_failed", "active_per_s", "active_p99_ms"}.
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
        done = bench.answer_of(subprocess.Popen(
            [bench.BUILD / "bench_connections", phones_file, str(options.idle), str(options.seconds)],
            stdout=subprocess.PIPE, text=True))
        return {"idle_resident_mb": round(idle_bytes / 1e6, 1), **done,
                "loaded_resident_mb": round(site.server.resident_bytes() / 1e6, 1)}


if __name__ == "__main__":
    bench.main(measure, __doc__, ("--idle", {"type": int, "default": 5000}), ("--active", {"type": int, "default": 64}),
               ("--seconds", {"type": int, "default": 10}))
