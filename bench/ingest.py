#!/usr/bin/env python3
"""Observations a second through HTTPS, detection and durable acknowledgement, beside bare SQLite.

Each round sends a load from a process of its own and then inserts the very same rows in the same batches into a
bare SQLite file at synchronous=FULL; rounds alternate, so that both see the same machine. ratio = median of
the rounds' ratios. Checked: every observation acknowledged is in the store, the baseline's rows are in its file.
"""
import statistics
import subprocess

import bench_common as bench


def measure(options):
    with bench.Site() as site:
        bench.progress(f"{options.connections} phones enrol")
        phones = site.enrol(options.connections)
        phones_file = site.phones_file(phones)
        rows = site.folder / "rows.jsonl"
        rates, baselines, ratios, p50, p99, sent = [], [], [], [], [], 0
        # One round first that does not count: caches warm up and the store grows its first pages.
        for number in range(options.rounds + 1):
            load = bench.answer_of(site.start_load(phones_file, options.batches, options.batch,
                                                   1 + number * options.batches * options.batch, rows))
            sent += load["sent"]
            database = site.folder / f"baseline-{number}.db"
            bare = bench.answer_of(subprocess.Popen(
                [bench.BUILD / "bench_sqlite_baseline", rows, str(options.batch), database], stdout=subprocess.PIPE, text=True))
            if bare["rows"] != load["sent"]:
                raise SystemExit(f"the baseline has {bare['rows']} rows, not {load['sent']}")
            database.unlink()
            if number == 0:
                continue
            rates.append(load["stored"] / load["seconds"])
            baselines.append(bare["rows"] / bare["seconds"])
            ratios.append(rates[-1] / baselines[-1])
            p50.append(load["p50_ms"])
            p99.append(load["p99_ms"])
            bench.progress(f"round {number}: {rates[-1]:,.0f}/s, bare SQLite {baselines[-1]:,.0f}/s, ratio {ratios[-1]:.2f}")
        stored = site.stored()
        if stored != sent:
            raise SystemExit(f"acknowledged {sent}, stored {stored}")
        return {"ratio": round(statistics.median(ratios), 3), "observations_per_s": round(statistics.median(rates)),
                "p99_ms": round(statistics.median(p99), 1), "p50_ms": round(statistics.median(p50), 1),
                "sqlite_rows_per_s": round(statistics.median(baselines)), "observations": stored,
                "connections": options.connections, "batch": options.batch, "rounds": options.rounds,
                "server_resident_mb": round(site.server.resident_bytes() / 1e6, 1)}


if __name__ == "__main__":
    bench.main(measure, __doc__,
               ("--connections", {"type": int, "default": 16}), ("--batch", {"type": int, "default": 100}),
               ("--batches", {"type": int, "default": 25}), ("--rounds", {"type": int, "default": 5}))
