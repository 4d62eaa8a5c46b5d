#!/usr/bin/env python3
"""How the scan of apps grows: with threads, and with the bytes of an app's code.

Threads: the same scans on one thread and on two, in turns; `speed_up` is the median of the rounds' ratios. Both must give the
same reports. Code: packages of ever more of the DEX files of all real apps, from 1 MB up, timed in turns; `growth_exponent` is the
slope of time over bytes with both as logarithms (1: linear), by least squares. The plot is build/bench/app_scaling/growth.svg. Without ../shared the demo apps are scanned, and growth is not measured.
"""
import hashlib
import json
import math
import statistics
import zipfile

import bench_common as bench
from app_scan import DEMO_APPS, REAL_APPS, dex_names, output_of

WORK = bench.TOP / "build/bench/app_scaling"
CONTENT = bench.TOP / "content"


def scan_all(threads, scans, apps):
    return json.loads(output_of(bench.BUILD / "bench_app_scaling", CONTENT, threads, scans, *apps))


def measure_threads(apps, scans, rounds):
    ratios = []
    for _ in range(rounds):
        one, two = scan_all(1, scans, apps), scan_all(2, scans, apps)
        if one["digest"] != two["digest"]:
            raise SystemExit("two threads came to other reports than one")
        ratios.append(one["seconds"] / two["seconds"])
        bench.progress(f"{scans} scans: {one['seconds']:.2f} s on one thread, {two['seconds']:.2f} s on two")
    return round(statistics.median(ratios), 3)


def apps_of_growing_code(apps):
    """(bytes of code, path) of packages with ever more of the DEX files of all apps, each at least twice as large as the last."""
    pool = {}
    for app in apps:
        with zipfile.ZipFile(app) as archive:
            pool.update((hashlib.sha256(code).digest(), code) for code in map(archive.read, dex_names(archive)))
            manifest = archive.read("AndroidManifest.xml")
    out, total, next_size = [], 0, 1 << 20
    files = sorted(pool.values(), key=len)
    for count, code in enumerate(files, 1):
        total += len(code)
        if total < next_size and count < len(files):
            continue
        next_size = 2 * total
        out.append((total, WORK / f"code-{count}.apk"))
        with zipfile.ZipFile(out[-1][1], "w", zipfile.ZIP_DEFLATED) as part:
            part.writestr("AndroidManifest.xml", manifest)
            for number, file in enumerate(files[:count], 1):
                part.writestr(f"classes{number if number > 1 else ''}.dex", file)
    return out


def slope(points):
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    x_mean, y_mean = statistics.mean(xs), statistics.mean(ys)
    return sum((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys)) / sum((x - x_mean) ** 2 for x in xs)


def plot(points, path):
    width, height, left, bottom = 640, 400, 70, 50
    most_x, most_y = max(x for x, _ in points), max(y for _, y in points)
    places = [(left + x / most_x * (width - left - 20), height - bottom - y / most_y * (height - bottom - 20)) for x, y in points]
    marks = "".join(f'<circle cx="{x:.0f}" cy="{y:.0f}" r="4"/>' for x, y in places)
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="13">'
        f'<rect width="100%" height="100%" fill="white"/><polyline points="{line}" fill="none" stroke="black"/>{marks}'
        f'<text x="{left}" y="{height - 15}">code, up to {most_x / 1e6:.1f} MB</text>'
        f'<text x="10" y="15">time, up to {most_y:.0f} ms</text></svg>\n')


def measure_growth(apps, rounds):
    parts = apps_of_growing_code(apps)
    samples = {path: [] for _, path in parts}
    for _ in range(rounds):
        for _, path in parts:
            samples[path].append(scan_all(1, 1, [path])["seconds"] * 1000)
    points = [(size, statistics.median(samples[path])) for size, path in parts]
    plot(points, WORK / "growth.svg")
    for size, took in points:
        bench.progress(f"{size:12,} bytes of code: {took:8.2f} ms")
    return {"growth": [{"dex_bytes": size, "full_ms": round(took, 2)} for size, took in points],
            "growth_exponent": round(slope(points), 3)}


def measure(options):
    WORK.mkdir(parents=True, exist_ok=True)
    real_apps = sorted(REAL_APPS.glob("*.apk"))
    apps = real_apps or sorted(DEMO_APPS.glob("*.apk"))
    if not apps:
        raise SystemExit("no apps to scan: neither ../shared nor build/demo-apps (tools/build_apps) is there")
    out = {"scans": options.scans, "speed_up": measure_threads(apps, options.scans, options.rounds)}
    if real_apps:
        out.update(measure_growth(real_apps, options.rounds))
    return out


if __name__ == "__main__":
    bench.main(measure, __doc__, ("--rounds", {"type": int, "default": 3, "help": "turns of one and two threads"}),
               ("--scans", {"type": int, "default": 1000, "help": "apps to scan in each"}))
