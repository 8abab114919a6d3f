"""All cases of all rules."""

from __future__ import annotations

from tests.spec.rules.clock_cases import CLOCK
from tests.spec.rules.counting_cases import COUNTING
from tests.spec.rules.involvement_cases import INVOLVEMENT
from tests.spec.rules.people_cases import PEOPLE

CASES = (*COUNTING, *INVOLVEMENT, *PEOPLE, *CLOCK)
