"""Faces: finding, measuring, judging and cropping them."""
