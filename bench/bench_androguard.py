#!/usr/bin/env python3
"""Times androguard's AnalyzeAPK on one app, in a process of its own: what app_scan.py compares with.

    bench_androguard.py APK     prints one JSON object; exit 3: androguard is not installed
"""
import json
import sys
import time

try:
    import androguard
    from androguard.misc import AnalyzeAPK
except ImportError:
    sys.exit(3)

began = time.perf_counter()
_, dex_files, _ = AnalyzeAPK(sys.argv[1])
milliseconds = (time.perf_counter() - began) * 1000
print(json.dumps({
    "version": androguard.__version__,
    "ms": milliseconds,
    "classes": sum(len(dex.get_classes()) for dex in dex_files),
    "methods": sum(len(dex.get_methods()) for dex in dex_files),
}))
