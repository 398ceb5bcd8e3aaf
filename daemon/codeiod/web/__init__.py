"""The page, the API and the metrics: what a daemon shows of itself over HTTP.

May import ``reports`` and what lies below it, ``sources`` for languages, and aiohttp. It never
reaches into the service: what it needs of a daemon it asks through ``web.daemon.Daemon``.
"""
