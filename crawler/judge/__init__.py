"""From what a night saw to what an editor is told: outcomes, verdicts and the validity of a run. All pure."""

RULES_VERSION = "2"
