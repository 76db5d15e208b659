"""The tamper-evident log: events are appended, numbered, proved; nothing here changes or forgets one."""
