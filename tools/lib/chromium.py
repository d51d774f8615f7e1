# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over a pair of pipes by its DevTools protocol: no port, no driver, no package.

Messages are JSON, each ended by a zero byte; Chromium reads them from descriptor 3 and writes to 4
(--remote-debugging-pipe). What the page logs, throws, asks the network for, or is refused by its policy is kept.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PATIENCE = 60  # seconds for one answer


def find():
    """The browser's path, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Browser:
    """A context manager. One page at a time."""

    def __init__(self, width=1280, height=800):
        self.width, self.height = width, height

    def __enter__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_child, self.to = os.pipe()
        self.answers, from_child = os.pipe()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-component-update", "--disable-extensions",
                 "--disable-sync", "--mute-audio", "--hide-scrollbars", "--force-color-profile=srgb",
                 f"--window-size={self.width},{self.height}", f"--user-data-dir={self.profile.name}",
                 "--remote-debugging-pipe", "about:blank"]
        script = f'exec 3<&{to_child} 4>&{from_child}; exec "$@"'
        self.process = subprocess.Popen(["bash", "-c", script, "bash", find(), *flags], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        pass_fds=(to_child, from_child), start_new_session=True)
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.number, self.session = b"", 0, None
        self.troubles, self.requests = [], []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self.call(f"{domain}.enable")
        self.resize(self.width, self.height)
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call("Browser.close")
            self.process.wait(10)
        except (OSError, RuntimeError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)  # its own session: the browser and its children, nobody else
            self.process.wait()
        os.close(self.to)
        os.close(self.answers)
        self.profile.cleanup()

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.write(json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.receive(deadline)
            if answer.get("id") != self.number:
                self.note(answer)
                continue
            if "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def write(self, data):
        while data:
            data = data[os.write(self.to, data):]

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError(f"the browser said nothing for {PATIENCE} s")
            read = os.read(self.answers, 1 << 20)
            if not read:
                raise RuntimeError("the browser ended")
            self.buffer += read
        message, _, self.buffer = self.buffer.partition(b"\0")
        return json.loads(message)

    def note(self, event):
        method, said = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.troubles.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.troubles.append(json.dumps(said["args"]))
        elif method == "Log.entryAdded":
            self.troubles.append(said["entry"]["text"])
        elif method == "Audits.issueAdded" and said["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.troubles.append(json.dumps(said["issue"]["details"]))
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])

    def prefer(self, **features):
        """prefer(color_scheme="dark"): what the reader's system says. Holds from now on."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": f"prefers-{name.replace('_', '-')}", "value": value}
                                                          for name, value in features.items()])

    def resize(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)

    def open(self, path):
        """Loads a file, or what an http: address names; forgets what earlier pages said."""
        self.troubles, self.requests = [], []
        url = str(path) if str(path).startswith("http:") else f"file://{os.path.abspath(path)}"
        self.call("Page.navigate", url=url)
        name = json.dumps(url.rpartition("/")[2])
        self.until(f"document.readyState === 'complete' && location.pathname.endsWith({name})")

    def evaluate(self, expression):
        """The value of an expression of JavaScript, under the page's policy; promises are awaited."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True,
                           allowUnsafeEvalBlockedByCSP=False)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return result["result"].get("value")

    def until(self, expression, patience=PATIENCE):
        """Waits, frame by frame, until the expression is true; seconds that it took."""
        begin = time.monotonic()
        while not self.evaluate(expression):
            if time.monotonic() - begin > patience:
                raise RuntimeError(f"not within {patience} s: {expression}")
            self.frame()
        return time.monotonic() - begin

    def frame(self):
        self.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def key(self, name, text=None):
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, **extra)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))
