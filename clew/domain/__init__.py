"""One folder per noun: model, tables, rules, service."""
