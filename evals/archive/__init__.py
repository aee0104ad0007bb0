"""The runs that are kept in reports/: finding, tagging, pruning and promoting them."""
