"""Ask a web server on this machine for a page and save it. Does nothing but I/O."""
import json
import urllib.request
from pathlib import Path


def fetch_title(port: int) -> str:
    """Return the title of the page that a local server shows on a port."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/index.json", timeout=2) as response:
        page = json.load(response)
    Path("page.json").write_text(json.dumps(page), encoding="utf-8")
    return page["title"]


if __name__ == "__main__":
    print(fetch_title(8000))
