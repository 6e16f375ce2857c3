"""Thalweg's workloads in JAX, PyTorch, NumPy and scikit-learn."""
