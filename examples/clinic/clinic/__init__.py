"""A clinic that embeds esozflow."""
