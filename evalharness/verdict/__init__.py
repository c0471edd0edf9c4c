"""Policy and evidence in, verdict out. criteria/ has one file a criterion; all of it is pure."""
