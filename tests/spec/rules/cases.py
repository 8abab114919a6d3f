"""All cases of all rules."""

from __future__ import annotations

from tests.spec.rules.clock_cases import CLOCK
from tests.spec.rules.counting_cases import COUNTING
from tests.spec.rules.involvement_cases import INVOLVEMENT

CASES = (*COUNTING, *INVOLVEMENT, *CLOCK)
