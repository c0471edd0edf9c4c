"""Rows made of rows: a question in other words or forms, by rule, by a model or from templates."""
