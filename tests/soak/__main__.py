"""`python -m tests.soak FAULTS SEED`: what `radar soak` runs, for when the command is not there."""

from __future__ import annotations

import json
import sys

from tests.soak.soak import Plan, run_soak

if __name__ == "__main__":
    outcome = run_soak(
        Plan(faults=int(sys.argv[1]), seed=int(sys.argv[2])),
        lambda text: print(text, file=sys.stderr, flush=True),
    )
    print(json.dumps(outcome.document()))
    sys.exit(not outcome.is_clean)
