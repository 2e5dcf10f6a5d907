"""The demo: a desk with two agents, six queues and eight invented reports."""
