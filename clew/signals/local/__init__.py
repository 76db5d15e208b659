"""Local features: points of a picture that are found again when it is cropped, turned, covered or taken in part."""
