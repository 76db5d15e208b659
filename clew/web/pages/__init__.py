"""The pages: each fills one view from the verbs and renders it, or takes one form, acts and goes on."""
