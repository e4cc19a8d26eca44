"""The bank's books as files: workbooks, web pages, pages on paper; all of them from the plain figures of routing.figures (P-24)."""
