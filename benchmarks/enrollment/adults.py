"""The pitch of adults, by which the check for children alarms: none of SAYSO_SPEECH is a child.

SAYSO_SPEECH=FOLDER python benchmarks/enrollment/adults.py
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from own import rate
from prints import sounds

from sayso.enrollment.adult import CHILD_HZ, check_adult


def main():
    found = defaultdict(list)
    for _, sex, stated, samples in sounds():
        found[sex].append(check_adult(stated, samples))
    for sex, checks in found.items():
        hz = [check.figures["pitch_hz"] for check in checks]
        print(sex, [round(float(q)) for q in np.quantile(hz, (0.05, 0.5, 0.95, 1))], "Hz")
    every = [check.verdict != "pass" for checks in found.values() for check in checks]
    print(f"sent to a person from {CHILD_HZ} Hz on:", rate(every))


if __name__ == "__main__":
    main()
