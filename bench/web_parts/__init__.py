"""What ``bench/web.py`` is made of."""
