"""The detector of the web page, in JavaScript under node: how long a minute of sound takes it, one core.

    python benchmarks/mark/page.py --json .bench/page.json

The minute is noise that rises and falls, without a mark, so that everything is searched.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from sayso.settings import Settings
from sayso.workflows.installation.session import open_session
from sayso.workflows.provenance.public_detector import publish

MODULES = Path(__file__).parents[2] / "src" / "sayso" / "doors" / "page"
SECONDS = 60
SCRIPT = """
import { readFileSync } from "node:fs";
const [modules, key, seconds] = process.argv.slice(1);
const { patternOf, scan } = await import(modules);
const pattern = patternOf(JSON.parse(readFileSync(key)));
let state = 1;
const noise = () => ((state = (state * 48271) % 2147483647) / 2147483647 - 0.5);
const sound = Float32Array.from({ length: 24000 * seconds }, (_, i) => 0.1 * (1 + Math.sin(i / 4000)) * noise());
const started = process.cpuUsage(), clock = performance.now();
const found = scan([sound], pattern);
const used = process.cpuUsage(started);
const seconds_taken = (performance.now() - clock) / 1000, cpu_s = (used.user + used.system) / 1e6;
console.log(JSON.stringify({ seconds: seconds_taken, cpu_s, present: found.present }));
"""


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    with TemporaryDirectory() as folder:
        key = publish(open_session(Settings(home=Path(folder) / "home")), Path(folder) / "key.json").file
        words = [
            "node",
            "--input-type=module",
            "-e",
            SCRIPT,
            "--",
            (MODULES / "detector.js").as_uri(),
            str(key),
            str(SECONDS),
        ]
        report = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    report["times_real_time"] = round(SECONDS / report["cpu_s"], 1)
    print(f"a minute: {report['seconds']:.1f} s, {report['cpu_s']:.1f} s of processor time, found: {report['present']}")
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
