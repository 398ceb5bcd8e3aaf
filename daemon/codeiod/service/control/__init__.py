"""The control socket of a daemon: HTTP over a Unix socket, for ``codeiod ctl``.

May import ``limits`` and ``reload`` of the service, ``reports``, ``web.daemon`` and aiohttp. Read
``orders`` for what can be asked, ``binding`` for how the socket comes to be. The command line looks
at ``paths`` and ``binding`` alone, which import nothing that is slow to load.
"""
