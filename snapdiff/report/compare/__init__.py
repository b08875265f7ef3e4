"""Two runs held against each other to outputs, one a file; `choose` maps --format to them."""
