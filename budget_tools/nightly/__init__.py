"""Shared folders, every night: what changed is checked, and what is new or fixed is told."""
