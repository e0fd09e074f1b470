"""Stores: where snapshots and journals are kept."""
