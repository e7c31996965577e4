"""Seed documents and what they cite."""
