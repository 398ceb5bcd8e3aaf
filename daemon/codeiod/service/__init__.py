"""The service: builds every part, lets them work in one task group, and brings them down in order.

May import everything but ``cli``. Read ``life`` first.
"""
