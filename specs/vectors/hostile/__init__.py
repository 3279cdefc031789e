"""Texts and trust data that lie, layer by layer; see ../invalid.py."""
