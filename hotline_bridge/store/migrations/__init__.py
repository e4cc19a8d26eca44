"""The schema's history. A revision named pre_… may run under the old code, post_… only after the new."""
