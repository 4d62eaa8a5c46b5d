"""tools/check_layers finds what it is there to find."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.top = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        (self.top / "tools").mkdir()
        shutil.copy(harness.TOP / "tools/layers.txt", self.top / "tools")
        self.plant("src/detect/good.cc", '#include <vector>\n#include "detect/good.h"\n#include "base/result.h"\n')

    def plant(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def check(self):
        done = subprocess.run([harness.TOP / "tools/check_layers", self.top], capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()

    def test_allowed_includes_pass(self):
        self.assertEqual(self.check(), (0, []))

    def test_a_forbidden_include_is_named_with_its_line(self):
        self.plant("src/detect/app/bad.h", '#pragma once\n\n  #  include "store/store.h"\n')
        code, lines = self.check()
        self.assertEqual(code, 1)
        self.assertEqual(lines, ["src/detect/app/bad.h:3: detect may not include store (store/store.h)"])

    def test_a_relative_path_does_not_go_around_it(self):
        self.plant("src/parse/bad.cc", '#include "../rules/condition.h"\n')
        self.assertEqual(self.check()[0], 1)

    def test_a_folder_outside_the_table_is_refused(self):
        self.plant("src/utils/strings.h", "#pragma once\n")
        self.assertEqual(self.check(), (1, ["src/utils/strings.h:1: tools/layers.txt does not name the folder utils"]))

