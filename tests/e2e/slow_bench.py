"""The benchmarks, short: each checks its own answers, and the promises that do not depend on the machine are held."""
import json
import pathlib
import statistics
import subprocess
import unittest

import harness


def bench(name, *arguments):
    done = subprocess.run(["/usr/bin/python3", harness.TOP / f"bench/{name}.py", "--json", *arguments],
                          capture_output=True, text=True, timeout=900)
    if done.returncode != 0:
        raise AssertionError(f"bench {name}: {done.stdout}\n{done.stderr}")
    print(f"\n{name}: {done.stdout.strip()}")
    return json.loads(done.stdout)


@unittest.skipUnless((pathlib.Path(harness.BINARY).parent / "bench_ingest_load").exists(), "the benchmarks are not built")
class Benchmarks(unittest.TestCase):
    def test_ingest_is_at_least_three_tenths_of_bare_sqlite(self):
        # The median of many rounds, because disks and neighbours vary. When it falls short it is measured twice more, and the median
        # of the three counts, not the best: a machine that was busy for a minute fails nothing, a server that is too slow does.
        ratios = [bench("ingest", "--rounds", "9")["ratio"]]
        if ratios[0] < 0.3:
            ratios += [bench("ingest", "--rounds", "9")["ratio"] for _ in range(2)]
        self.assertGreaterEqual(statistics.median(ratios), 0.3, f"measured: {ratios}")

    def test_an_action_is_readable_within_a_second_under_load(self):
        figures = bench("latency", "--samples", "25")
        self.assertLessEqual(figures["p95_ms"], 1000)

    def test_idle_connections_are_held_while_others_work(self):
        figures = bench("connections")
        self.assertLessEqual(figures["idle_resident_mb"], 80)
        self.assertGreaterEqual(figures["idle_connections"], 5000)
        self.assertEqual(figures["active_failed"], 0)
