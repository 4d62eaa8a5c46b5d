#!/usr/bin/env python3
"""Counts test results.

test_summary.py FILE.tsv...                               the table at the end of ./dev test, and its last line
test_summary.py --ctest CTEST.xml GTEST_FOLDER NAME SECS  one line of such a file, of a run of ctest
test_summary.py --junit FILE.xml NAME SECS                the same, of any JUnit report

A line of a .tsv file: suite, passed, failed, skipped, seconds.
"""
import pathlib
import sys
import xml.etree.ElementTree as xml


def count(path):
    """Passed, failed and skipped test cases of one JUnit report, by case and not by its totals."""
    passed = failed = skipped = 0
    for case in xml.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun" or case.get("result") == "skipped":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def count_ctest(report, folder):
    """A GoogleTest program counts as its cases; any other, or one that died before it reported, as one."""
    passed = failed = skipped = 0
    for case in xml.parse(report).iter("testcase"):
        broken = case.get("status") != "run"
        inner = pathlib.Path(folder) / f"bartizan_{case.get('name')}_test.xml"
        numbers = count(inner) if inner.exists() else (0, 0, 0)
        if sum(numbers) == 0:
            # A program whose cases a filter left out proves nothing.
            numbers = (0, 1, 0) if broken else (0, 0, 0) if inner.exists() else (1, 0, 0)
        elif broken and numbers[1] == 0:
            numbers = (numbers[0], 1, numbers[2])
        passed, failed, skipped = passed + numbers[0], failed + numbers[1], skipped + numbers[2]
    return passed, failed, skipped


def summary(paths):
    rows = []
    for path in map(pathlib.Path, paths):
        if path.exists():
            rows += [line.split("\t") for line in path.read_text().splitlines()]
        else:
            rows.append([f"{path.stem} did not run", "0", "1", "0", "0"])
    width = max((len(row[0]) for row in rows), default=5)
    print(f"\n{'suite':{width}}  passed  failed  skipped  seconds")
    for name, passed, failed, skipped, seconds in rows:
        print(f"{name:{width}}  {passed:>6}  {failed:>6}  {skipped:>7}  {float(seconds):>7.0f}")
    passed, failed = (sum(int(row[i]) for row in rows) for i in (1, 2))
    print(f"{passed} passed, {failed} failed")


def line(name, numbers, seconds):
    print("\t".join([name, *map(str, numbers), seconds]))


def main():
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.exit(__doc__)
    if arguments[0] == "--ctest" and len(arguments) == 5:
        line(arguments[3], count_ctest(arguments[1], arguments[2]), arguments[4])
    elif arguments[0] == "--junit" and len(arguments) == 4:
        report = pathlib.Path(arguments[1])
        line(arguments[2], count(report) if report.exists() else (0, 1, 0), arguments[3])
    elif not arguments[0].startswith("-"):
        summary(arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
