# SPDX-License-Identifier: MIT
"""PostgresServer: a real PostgreSQL server of a test's own: in a temporary folder, as an unprivileged user, reached by
a unix socket only, stopped by its own process id. Users on the socket: everybody is trusted but `keeper`, who needs the
password PASSWORD."""
import glob
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

PASSWORD = "keep:er's p@ss/word"


class CannotStart(Exception):
    pass


def find(program):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{program}"), key=lambda p: int(p.split("/")[4]))
    path = found[-1] if found else shutil.which(program)
    if not path:
        raise CannotStart(f"{program} is not installed (the package postgresql-15)")
    return path


def unprivileged():
    """initdb and postgres refuse root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart("root has no user 'postgres' or 'nobody' to run the server as")


class PostgresServer:
    def __init__(self):
        self.user = unprivileged()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hearsay-pg-"))
        self.process = None
        try:
            self.start()
        except BaseException:
            self.stop()
            raise

    def options(self):
        identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        return {**identity, "cwd": self.folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}}

    def start(self):
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        data = self.folder / "data"
        made = subprocess.run([find("initdb"), "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync"],
                              capture_output=True, text=True, **self.options())
        if made.returncode != 0:
            raise CannotStart("initdb failed: " + (made.stderr.strip() or made.stdout.strip()).splitlines()[-1])
        (data / "pg_hba.conf").write_text("local all keeper scram-sha-256\nlocal all all trust\n")
        self.process = subprocess.Popen(
            [find("postgres"), "-D", data, "-k", self.folder, "-c", "listen_addresses=", "-c", "fsync=off"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, **self.options())
        last = ""
        for line in self.process.stderr:
            last = line.strip()
            if "ready to accept connections" in line:
                return
        raise CannotStart("postgres ended: " + last)

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(signal.SIGQUIT)  # immediate shutdown, children too
            self.process.wait(timeout=30)
            self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def uri(self, database="postgres", user="owner", password="", **options):
        secret = ":" + urllib.parse.quote(password, safe="") if password else ""
        query = urllib.parse.urlencode({"host": str(self.folder), **options})
        return f"postgresql://{user}{secret}@/{database}?{query}"

    def ask(self, sql, database="postgres"):
        done = subprocess.run([find("psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", sql, self.uri(database)],
                              capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]})
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return done.stdout.strip()
