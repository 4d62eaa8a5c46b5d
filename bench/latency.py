#!/usr/bin/env python3
"""From an observation's sending to its action in the phone's hands, while the server is under the load of `ingest`.

One phone sends links that imitate a brand, each by a host of its own, and long-polls for actions on a second
connection. Checked: every observation led to exactly one notification of its own.
"""
import threading
import time

import bench_common as bench


def measure(options):
    with bench.Site() as site:
        phones_file = site.phones_file(site.enrol(options.connections))
        (probe,) = site.enrol(1)
        load_stop = threading.Event()
        loads = []
        thread = threading.Thread(target=keep_loading, args=(site, phones_file, options, load_stop, loads))
        thread.start()
        try:
            waited = [one_sample(site, probe, number) for number in range(options.samples)]
        finally:
            load_stop.set()
            thread.join()
        if not loads:
            raise SystemExit("no load ran beside the samples")
        return {"p95_ms": round(bench.percentile(waited, 0.95), 1), "p50_ms": round(bench.percentile(waited, 0.5), 1),
                "max_ms": round(max(waited), 1), "samples": len(waited),
                "load_observations_per_s": round(sum(load["stored"] for load in loads) / sum(load["seconds"] for load in loads))}


def keep_loading(site, phones_file, options, stop, loads):
    sequence = 1
    while not stop.is_set():
        loads.append(bench.answer_of(site.start_load(phones_file, options.batches, 100, sequence)))
        sequence += options.batches * 100


def one_sample(site, probe, number):
    """Milliseconds until the poll that was waiting has the notification."""
    host = f"paypal.com.sample{number}.example"
    poller = bench.harness.Connection("127.0.0.1", site.server.ports[1], probe.context())
    got, asking = [], threading.Event()

    def poll():
        while not got:
            asking.set()
            answer = poller.request("GET", "/v1/device/actions?wait=30").json["actions"]
            got.extend(action for action in answer if host in action["subject"]["key"])

    thread = threading.Thread(target=poll)
    thread.start()
    asking.wait()
    time.sleep(0.05)  # the poll is with the server
    began = time.monotonic()
    probe.report("link.opened", {"url": f"https://{host}/"})
    thread.join(60)
    waited = (time.monotonic() - began) * 1000
    if not got:
        raise SystemExit(f"no action for {host} within a minute")
    for action in probe.actions():
        probe.finish(action)
    poller.close()
    return waited


if __name__ == "__main__":
    bench.main(measure, __doc__, ("--connections", {"type": int, "default": 16}), ("--batches", {"type": int, "default": 50}),
               ("--samples", {"type": int, "default": 40}))
