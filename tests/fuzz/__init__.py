"""Rubbish for every reader of what strangers send: a little of it in each test run, much of it by `make fuzz`."""
