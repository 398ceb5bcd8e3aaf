"""The files of the page, from memory: no address ever names a path on the disk.

May import ``answers`` and aiohttp. Which files there are is listed once; what is not in that list
does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

from aiohttp import web
from anyio import to_thread

from codeiod.web.answers import Refusal

HERE = Path(__file__).parent
FOLDERS = ("static", "vendor")
PAGE = "static/index.html"
KINDS = MappingProxyType(
    {
        ".html": "text/html",
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".png": "image/png",
        ".ico": "image/x-icon",
        ".woff2": "font/woff2",
        ".txt": "text/plain",
    }
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page."""

    data: bytes
    kind: str
    tag: str
    """Names the content."""


class Assets:
    """The files that there are, each read when it is first asked for, and again when it changes."""

    def __init__(self, folder: Path = HERE) -> None:
        self._folder = folder
        self._paths: Mapping[str, Path] = {}
        self._known: dict[str, tuple[int, Asset]] = {}

    async def serve(self, request: web.Request, name: str) -> web.Response:
        """Answer with a file.

        :raises Refusal: there is none of that name.
        """
        asset = await to_thread.run_sync(self._read, name)
        if asset is None:
            raise Refusal(404, "there is nothing here")
        headers = {"ETag": f'"{asset.tag}"', "Cache-Control": "no-cache"}
        if any(tag.value == asset.tag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(
            body=asset.data, content_type=asset.kind, charset="utf-8", headers=headers
        )

    def _read(self, name: str) -> Asset | None:
        self._paths = self._paths or self._listed()
        path = self._paths.get(name)
        if path is None:
            return None
        changed = path.stat().st_mtime_ns
        known = self._known.get(name)
        if known is None or known[0] != changed:
            data = path.read_bytes()
            tag = blake2b(data, digest_size=8).hexdigest()
            known = self._known[name] = changed, Asset(data, KINDS[path.suffix], tag)
        return known[1]

    def _listed(self) -> Mapping[str, Path]:
        return {
            path.relative_to(self._folder).as_posix(): path
            for folder in FOLDERS
            for path in (self._folder / folder).rglob("*")
            if path.suffix in KINDS and path.is_file() and not path.is_symlink()
        }
