"""The whole policy, readable aloud: permissions, roles, verb, sight, release."""
