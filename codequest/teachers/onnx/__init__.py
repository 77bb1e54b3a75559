"""A model that there is only as an ONNX graph, as a teacher."""
