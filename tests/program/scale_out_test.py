#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The files of docs/scale-out are what the page says. scripts/slurm-test runs the job array."""

import json
import pathlib
import re
import subprocess
import unittest

from program import HELO, MXSWEEP, ProgramTest, record_of, whole_lines

try:
    import yaml  # Debian: python3-yaml.
except ImportError:
    yaml = None

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "docs" / "scale-out"


class Files(ProgramTest):
    def test_the_seccomp_profile_allows_io_uring(self):
        """Whatever is not forbidden is allowed. No name is unknown to the kernel's headers."""
        profile = json.loads((FOLDER / "seccomp.json").read_text(encoding="utf-8"))
        self.assertEqual(profile["defaultAction"], "SCMP_ACT_ALLOW")
        forbidden = [name for rule in profile["syscalls"] for name in rule["names"]]
        self.assertEqual({rule["action"] for rule in profile["syscalls"]}, {"SCMP_ACT_ERRNO"})
        self.assertEqual(forbidden, sorted(set(forbidden)))
        for name in ("io_uring_setup", "io_uring_enter", "io_uring_register", "clone", "socket"):
            self.assertNotIn(name, forbidden)
        compiled = subprocess.run(["cc", "-fsyntax-only", "-xc", "-"], text=True, input="".join(
            ["#include <sys/syscall.h>\nlong numbers[] = {"]
            + [f"SYS_{name}," for name in forbidden] + ["0};\n"]), capture_output=True)
        self.assertEqual(compiled.returncode, 0, compiled.stderr)

    @unittest.skipIf(yaml is None, "python3-yaml is not installed")
    def test_the_indexed_job_has_as_many_pods_as_shards(self):
        job = yaml.safe_load((FOLDER / "kubernetes.yaml").read_text(encoding="utf-8"))
        spec = job["spec"]
        pod = spec["template"]["spec"]
        self.assertEqual(spec["completionMode"], "Indexed")
        self.assertEqual(pod["securityContext"]["seccompProfile"],
                         {"type": "Localhost", "localhostProfile": "mxsweep.json"})
        command = pod["containers"][0]["command"]
        self.assertEqual(command[:2], ["sh", "-c"])
        self.assertIn(f"--shard kubernetes/{spec['completions']} ", command[2])

    def test_the_command_of_a_pod_does_its_shard(self):
        """The text of the manifest, with paths of this test."""
        manifest = (FOLDER / "kubernetes.yaml").read_text(encoding="utf-8")
        script = " ".join(re.search(r">-\n((?: {14}.*\n)+)", manifest)[1].split())
        self.write("list.txt", "".join(f"127.0.{i}.1:1\n" for i in range(40)))
        script = script.replace("/lists/", f"{self.folder}/").replace("/records/",
                                                                      f"{self.folder}/")
        (self.folder / "bin").mkdir()
        (self.folder / "bin" / "mxsweep").symlink_to(MXSWEEP)
        targets = []
        for index in range(8):
            subprocess.run(["sh", "-c", script.replace(HELO, f"{HELO} --own 127.0.0.0/8")],
                           check=True, capture_output=True, env={
                               "PATH": f"{self.folder}/bin:/usr/bin:/bin",
                               "JOB_COMPLETION_INDEX": str(index)})
            octets = self.path(f"records-{index}.jsonl").read_bytes()
            targets += [record_of(line)["target"] for line in whole_lines(octets)]
            summary = json.loads(self.path(f"summary-{index}.json").read_text(encoding="utf-8"))
            self.assertEqual(summary["shard"], f"{index + 1}/8")
        self.assertEqual(sorted(targets), sorted(f"127.0.{i}.1:1" for i in range(40)))


if __name__ == "__main__":
    unittest.main()
