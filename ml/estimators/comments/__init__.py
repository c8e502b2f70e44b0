"""Whether a comment is abusive: pretrained on public Korean comments, taught by staff decisions only."""
