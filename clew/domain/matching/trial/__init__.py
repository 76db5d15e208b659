"""What matchers reach on somebody's own labelled files: the node's lookup and comparison, over a throw-away index."""
