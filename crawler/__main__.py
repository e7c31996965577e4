"""`python -m crawler` is `evercite`."""

import sys

from crawler.cli import main

sys.exit(main())
