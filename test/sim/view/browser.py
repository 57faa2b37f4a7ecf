# SPDX-License-Identifier: GPL-2.0-only
"""A headless Chromium, by the WebDriver protocol (W3C) over HTTP."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Escape": "\ue00c", "Enter": "\ue007"}


class Browser:
    def __init__(self, width, height):
        driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
        if not driver or not chromium:
            sys.exit("chromium or chromium-driver is missing; run scripts/setup")
        self.profile = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "HOME": self.profile.name})
        for line in self.process.stdout:
            if port := re.search(r"started successfully on port (\d+)", line):
                break
        self.base = "http://127.0.0.1:%s/session" % port[1]
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1",
                     "--window-size=%d,%d" % (width, height), "--user-data-dir=" + self.profile.name]
        options = {"binary": chromium, "args": arguments}
        made = self.ask("POST", "", {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.base += "/" + made["sessionId"]

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        try:
            return json.load(urllib.request.urlopen(request, timeout=120))["value"]
        except urllib.error.HTTPError as e:
            raise RuntimeError(path + ": " + e.read().decode()[:400]) from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()
            self.profile.cleanup()

    def open(self, path):
        self.ask("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def script(self, code, *arguments):
        return self.ask("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def waits(self, code, *arguments):
        """`code` calls done(value) when it is finished."""
        return self.ask("POST", "/execute/async", {"script": "const done = arguments[arguments.length - 1];" + code, "args": list(arguments)})

    def frame(self):
        self.waits("requestAnimationFrame(() => requestAnimationFrame(() => done(0)))")

    def pointer(self, *steps):
        """Steps of the mouse: (x, y), "down", "up"."""
        actions = [{"type": "pointerMove", "duration": 0, "x": round(s[0]), "y": round(s[1])} if isinstance(s, tuple) else {"type": "pointerDown" if s == "down" else "pointerUp", "button": 0} for s in steps]
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}]})
        self.frame()

    def wheel(self, x, y, delta):
        self.ask("POST", "/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [{"type": "scroll", "x": round(x), "y": round(y), "deltaX": 0, "deltaY": delta, "duration": 0}]}]})
        self.frame()

    def keys(self, *names):
        actions = [{"type": kind, "value": KEYS.get(name, name)} for name in names for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})
        self.frame()

    def scheme(self, name):
        self.ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setEmulatedMedia", "params": {"features": [{"name": "prefers-color-scheme", "value": name}]}})
        self.frame()

    def log(self):
        return [entry for entry in self.ask("POST", "/se/log", {"type": "browser"}) if entry["level"] in ("SEVERE", "WARNING")]
