"""Links between exhibits, hits across cases, and the judgements on them."""
