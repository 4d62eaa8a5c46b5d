"""The command line: help with examples, exit status, one clear line for what is wrong."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import zipfile

import harness

COMMANDS = ("scan app", "check link", "explain", "model evaluate apps", "serve", "agent", "admin", "backup", "restore", "worker")


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=os.environ.get("BARTIZAN_TEST_FOLDER")))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_help_names_every_command(self):
        text = harness.run("--help").stdout
        for command in COMMANDS:
            self.assertIn(command.split()[0], text)

    def test_every_command_has_help_with_an_example(self):
        for command in COMMANDS:
            text = harness.run(*command.split(), "--help").stdout
            self.assertRegex(text, rf"bartizan {command} .*\S", command)
            self.assertIn("\nExamples:\n", text, command)
            self.assertIn("\nExit status: ", text, command)
            self.assertEqual(harness.run(*command.split(), "-h").stdout, text, command)

    def test_an_answer_that_cannot_be_written_is_exit_2(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([harness.BINARY, "check", "link", "--json", "https://www.wikipedia.org/"],
                                  stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (2, "bartizan: standard output cannot be written\n"))

    def test_a_link_cannot_steer_the_terminal(self):
        shown = harness.run("check", "link", "https://example.org/\u009b2J\u202e", expect=1).stdout
        self.assertNotIn("\u009b", shown)
        self.assertNotIn("\u202e", shown)

    def test_what_is_not_known_is_exit_2_with_one_line(self):
        for arguments in (["nonsense"], ["scan", "nonsense"], ["scan", "app", "--nonsense"], ["check", "link"], ["serve"]):
            done = harness.run(*arguments, expect=2)
            self.assertTrue(done.stderr.strip(), arguments)
            self.assertEqual(done.stdout, "", arguments)

    def test_a_harmless_link_is_exit_0(self):
        harness.run("check", "link", "https://www.wikipedia.org/", expect=0)

    def test_a_look_alike_is_exit_1_and_explained(self):
        done = harness.run("check", "link", "--json", "https://paypal.com.sign-in.example/", expect=1)
        (line,) = done.stdout.splitlines()
        subject = json.loads(line)
        self.assertEqual([f["threat"] for f in subject["findings"]], ["link.brand_in_subdomain"])

    def test_a_list_on_standard_input_is_one_object_a_line_in_order(self):
        urls = ["https://www.wikipedia.org/", "https://paypal.com.sign-in.example/", "https://example.org/"]
        done = harness.run("check", "link", "--json", "-", input="\n".join(urls) + "\n", expect=1)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([line["url"] for line in lines], urls)
        self.assertEqual([bool(line["findings"]) for line in lines], [False, True, False])

    def test_nothing_to_say_is_said(self):
        for text in ("", "\n\n"):
            done = harness.run("check", "link", "-", input=text, expect=2)
            self.assertEqual(done.stderr, "bartizan check: no address on standard input\n")
        path = self.folder / "clean.json"
        path.write_text(harness.run("check", "link", "--json", "https://www.wikipedia.org/").stdout)
        self.assertEqual(harness.run("explain", path).stdout, f"no findings in {path}\n")

    def test_links_that_are_none_do_not_end_it(self):
        for text in ("", "\x01", "http://", "https://[::1", "javascript:alert(1)", "x" * 70_000, "https://" + "a." * 2000):
            harness.run("check", "link", "-", input=text + "\n", expect=(0, 1, 2))

    def test_a_file_that_is_no_apk_is_exit_2_and_one_line(self):
        for name, data in (("empty.apk", b""), ("text.apk", b"hello\n" * 1000), ("zeros.apk", bytes(100_000))):
            path = self.folder / name
            path.write_bytes(data)
            done = harness.run("scan", "app", path, expect=2)
            self.assertEqual(len((done.stdout + done.stderr).strip().splitlines()), 1, done)

    def test_a_file_that_is_not_there_is_exit_2(self):
        done = harness.run("scan", "app", self.folder / "missing.apk", expect=2)
        self.assertIn("missing.apk", done.stderr)

    def test_rules_of_yara_run_in_the_locked_in_worker_and_a_bad_one_stops_the_server(self):
        content = self.folder / "content"
        shutil.copytree(harness.TOP / "content", content)
        (content / "yara").mkdir()
        rule = content / "yara/own.yar"
        rule.write_text('import "dex"\nrule Code { strings: $a = /dex\\n03[0-9]/ condition: $a at 0 and dex.header.magic != "" }\n')
        app = self.folder / "own.apk"
        with zipfile.ZipFile(app, "w") as archive:
            archive.write(harness.TOP / "fuzz/corpus/axml/banker.xml", "AndroidManifest.xml")
            archive.write(harness.TOP / "fuzz/corpus/dex/notes.dex", "classes.dex")
        with app.open("rb") as opened:
            report = json.loads(harness.run("worker", "scan-app", "--content", content, stdin=opened).stdout)
        (match,) = report["yara"]["matches"]
        self.assertEqual((match["rule"], match["places"]), ("Code", [{"entry": "classes.dex", "strings": [{"name": "$a", "offset": 0}]}]))
        self.assertTrue(report["yara"]["complete"])
        self.assertIn("app.yara_match", [finding["threat"] for finding in report["findings"]])
        rule.write_text("rule Code {\n  condition: nothing\n}\n")
        done = harness.run("serve", "--data", self.folder / "data", "--content", content, expect=2)
        self.assertIn("yara/own.yar:2: undefined identifier", done.stderr)

    def test_every_threat_can_be_explained(self):
        for path in sorted((harness.TOP / "content/threats").rglob("*.yaml")):
            threat = f"{path.parent.name}.{path.stem}"
            self.assertIn(threat, harness.run("explain", threat).stdout)

    def test_the_classifier_can_be_measured_on_rows_of_somebody(self):
        rows = [line.split("\t") for line in (harness.TOP / "tests/fixtures/models/apps.tsv").read_text().splitlines() if line[0] != "#"]
        columns = [line.split("column: ")[1].split(",")[0].strip('"')
                   for line in (harness.TOP / "content/models/apps.facts.yaml").read_text().splitlines() if line.startswith("- ")]
        # Labelled by the sign of the expected scores: nobody who gets these scores ranks one wrong.
        table = [",".join([*facts, "S" if int(score) > 0 else "B"]) for facts, score in rows]
        text = "\n".join([",".join([*columns, "class"]), *table, "not a row"]) + "\n"
        done = harness.run("model", "evaluate", "apps", "--csv", "-", "--json", input=text)
        measured = json.loads(done.stdout)
        self.assertEqual(measured["rows"], len(rows))
        self.assertEqual(measured["missing_columns"], [])
        self.assertEqual([row["line"] for row in measured["malformed_rows"]], [len(rows) + 2])
        self.assertEqual(measured["all_rows"]["auc"]["value"], 1)
        self.assertEqual(measured["unique_vectors"]["tpr_at_1_percent_fpr"]["value"], 1)

    def test_it_finds_its_content_from_any_folder(self):
        harness.run("check", "link", "https://www.wikipedia.org/", cwd="/")
