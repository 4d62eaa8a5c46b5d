#!/usr/bin/env python3
"""The scan of apps against the floor: programs that do only what no scanner can leave out.

Floor A: SHA-256 of the file, inflate and CRC-32 of every entry. Floor B: A, and a decode of every instruction with sorted
cross-references. Both and the scanner run in turns, on one thread each; the figures are medians, and the ratios are to the
bounds 2.5 x B + 3 ms for the whole report and 1.3 x A + 3 ms for manifest and signature (at most 1 is within). Memory is the most
that the scanner's process held, content and the mapped file included, against 2 x the bytes of the DEX files + 64 MB.
Checked: each report is of the file asked about, and its counts are those of floor B. Without ../shared the demo apps are
scanned, and there is no floor to compare with.

Where androguard is installed (apt-get install --no-install-recommends androguard) its AnalyzeAPK runs on each app as well, once,
between the rounds, and must find the same classes and methods; how many times as long it takes is `times_androguard`.
"""
import hashlib
import json
import re
import statistics
import subprocess
import zipfile

import bench_common as bench

FLOOR = bench.TOP.parent / "shared/floor"
REAL_APPS = bench.TOP.parent / "shared/data/apk/real"
DEMO_APPS = bench.TOP / "build/demo-apps"
WORK = bench.TOP / "build/bench/app_scan"


def build_floor():
    """The two programs, or None where their sources are not."""
    sources = [FLOOR / "floor_a.cpp", FLOOR / "floor_b.cpp"]
    if not all(source.exists() for source in sources):
        return None
    programs = [WORK / source.stem for source in sources]
    for source, program in zip(sources, programs):
        subprocess.run(["g++", "-O2", "-w", "-o", program, source, "-ldeflate", "-lcrypto"], check=True)
    return programs


def output_of(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def dex_names(archive):
    return [name for name in archive.namelist() if re.fullmatch(r"classes\d*\.dex", name)]


def memory_bound(app):
    with zipfile.ZipFile(app) as archive:
        return 2 * sum(archive.getinfo(name).file_size for name in dex_names(archive)) + (64 << 20)


def extract_dex(app):
    folder = WORK / app.stem
    folder.mkdir(exist_ok=True)
    files = []
    with zipfile.ZipFile(app) as archive:
        for name in dex_names(archive):
            files.append(folder / name)
            files[-1].write_bytes(archive.read(name))
    return files


def run_floor(programs, app, dex_files):
    a = float(output_of(programs[0], app, 3).split("\t")[8])
    walk = dict(re.findall(r"(\S+)=(\S+)", output_of(programs[1], *dex_files)))
    return a, a + float(walk["walk+sorted_xrefs_ms"]), walk


def check(app, report, walk):
    if report["sha256"] != hashlib.sha256(app.read_bytes()).hexdigest():
        raise SystemExit(f"{app.name}: the report is of another file")
    names = {"classes": "classes", "methods": "methods", "instructions": "insns", "invokes": "invokes", "const_strings": "conststr"}
    for ours, floors in names.items():
        if walk and report[ours] != int(walk[floors]):
            raise SystemExit(f"{app.name}: {report[ours]} {ours}, the floor counts {walk[floors]}")


def run_androguard(app):
    """Its answer for the app, or None where it is not installed. It needs no more of us than Debian's interpreter."""
    run = subprocess.run(["/usr/bin/python3", bench.TOP / "bench/bench_androguard.py", app], capture_output=True, text=True)
    if run.returncode == 3:
        return None
    if run.returncode != 0:
        raise SystemExit(f"androguard on {app.name}: {run.stderr[-500:]}")
    return json.loads(run.stdout.splitlines()[-1])


def compare_with_androguard(app, report):
    theirs = run_androguard(app)
    if theirs is None:
        return None
    for name in ("classes", "methods"):
        if theirs[name] != report[name]:
            raise SystemExit(f"{app.name}: {report[name]} {name}, androguard counts {theirs[name]}")
    return theirs["ms"]


def measure_app(app, programs, rounds):
    dex_files = extract_dex(app) if programs else []
    samples = []
    androguard_ms = None
    for turn in range(rounds):
        a, b, walk = run_floor(programs, app, dex_files) if programs else (None, None, None)
        report = json.loads(output_of(bench.BUILD / "bench_app_scan", bench.TOP / "content", app, 3))
        check(app, report, walk)
        samples.append({"floor_a_ms": a, "floor_b_ms": b, "full_ms": report["full_ms"], "identity_ms": report["identity_ms"],
                        "peak_mb": report["peak_bytes"] / 1e6})
        if turn == rounds // 2:
            androguard_ms = compare_with_androguard(app, report)
    out = {name: round(statistics.median(sample[name] for sample in samples), 2)
           for name in samples[0] if samples[0][name] is not None}
    out["memory_ratio"] = round(out["peak_mb"] * 1e6 / memory_bound(app), 3)
    if programs:
        out["full_ratio"] = round(out["full_ms"] / (2.5 * out["floor_b_ms"] + 3), 3)
        out["identity_ratio"] = round(out["identity_ms"] / (1.3 * out["floor_a_ms"] + 3), 3)
    if androguard_ms is not None:
        out["androguard_ms"] = round(androguard_ms)
        out["times_androguard"] = round(androguard_ms / out["full_ms"])
    return out


def measure(options):
    WORK.mkdir(parents=True, exist_ok=True)
    apps = sorted(REAL_APPS.glob("*.apk"))
    programs = build_floor() if apps else None
    if not apps:
        apps = sorted(DEMO_APPS.glob("*.apk"))
    if not apps:
        raise SystemExit("no apps to scan: neither ../shared nor build/demo-apps (tools/build_apps) is there")
    if not programs:
        bench.progress("the floor programs are absent: times alone, no ratios")
    figures = {}
    for app in apps:
        figures[app.name] = measure_app(app, programs, options.rounds)
        bench.progress(f"{app.name:44} {figures[app.name]}")
    out = {"apps": figures, "worst_memory_ratio": max(app["memory_ratio"] for app in figures.values())}
    if programs:
        out["worst_full_ratio"] = max(app["full_ratio"] for app in figures.values())
        out["worst_identity_ratio"] = max(app["identity_ratio"] for app in figures.values())
    compared = [app["times_androguard"] for app in figures.values() if "times_androguard" in app]
    if compared:
        out["least_times_androguard"] = min(compared)
    else:
        bench.progress("androguard is not installed: nothing to compare with")
    return out


if __name__ == "__main__":
    bench.main(measure, __doc__, ("--rounds", {"type": int, "default": 5, "help": "turns of floor and scanner for each app"}))
