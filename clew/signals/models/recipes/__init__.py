"""Programs that turn a package's weights into ONNX, run once in a process of their own; Clew imports none of them."""
