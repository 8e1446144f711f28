"""A headless Chromium, driven through chromedriver's WebDriver protocol with nothing but urllib.

https://www.w3.org/TR/webdriver2/
"""

import base64
import json
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from support.server import free_port, poll

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,1900"]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element, by the standard


class Browser:
    def __init__(self):
        port = free_port()
        self._profile = tempfile.mkdtemp(prefix="urltrim-chromium-")
        self._driver = subprocess.Popen(["/usr/bin/chromedriver", f"--port={port}"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._url = f"http://127.0.0.1:{port}"
        try:
            poll(self._is_up, "chromedriver", every=0.05)
            options = {"binary": "/usr/bin/chromium", "args": [*FLAGS, f"--user-data-dir={self._profile}"]}
            capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self._url += f"/session/{session['sessionId']}"
        except BaseException:
            self._stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self._call("DELETE", "")
        finally:
            self._stop()

    def open(self, url: str):
        self._call("POST", "/url", {"url": url})

    def find_all(self, css: str) -> list["Element"]:
        found = self._call("POST", "/elements", {"using": "css selector", "value": css})
        return [Element(self, one[ELEMENT]) for one in found]

    def find(self, css: str) -> "Element":
        """The first element that matches, as soon as there is one."""
        return poll(lambda: self.find_all(css), f"an element {css}", every=0.05)[0]

    def screenshot(self, path: Path):
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))

    def console(self) -> list[dict]:
        """What the page's console said since the last call, violations of the content security policy included."""
        return self._call("POST", "/se/log", {"type": "browser"})

    def _is_up(self) -> bool:
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _call(self, method: str, path: str, body: dict | None = None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, {"Content-Type": "application/json"}, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.read().decode(errors='replace')[:2000]}") from None

    def _stop(self):
        self._driver.terminate()
        self._driver.wait(30)
        shutil.rmtree(self._profile, ignore_errors=True)


class Element:
    def __init__(self, browser: Browser, name: str):
        self._browser = browser
        self._path = f"/element/{name}"

    def click(self):
        self._browser._call("POST", f"{self._path}/click", {})

    def text(self) -> str:
        return self._browser._call("GET", f"{self._path}/text")
