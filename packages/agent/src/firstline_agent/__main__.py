"""`python -m firstline_agent` is the same as `firstline-agent`."""

import sys

from firstline_agent.cli import main

sys.exit(main())
