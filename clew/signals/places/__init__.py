"""The parts of matcher `place`: points of a learned network, their bytes, a compact code, pairs and geometry."""
