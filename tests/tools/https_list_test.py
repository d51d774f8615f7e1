#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""https_list_test.py PROGRAM: a peer list over https is taken only from a server whose certificate is trusted.

The server's certificate is well formed and names 127.0.0.1, but nobody signed it: what anybody on the path could offer.
"""
import http.server
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

import json_answers

PROGRAM = ""
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nonexistent",
               **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
# Of no use to anybody: made for this test, valid until 2126.
SELF_SIGNED = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjcZN1ZiZURrIvSx/
YrnIVrhvDPy66CT/MYnBM03G/iyhRANCAAQtmMw0tlEnxpw+lamM53mkx/ulbxU/
25lNI278dxhKuBFin6tgPko2xuIfSVilMD3GgKQAZiG+v1omKul7Gz1w
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUN2x4zheGFQTWx5Jq0ZtPmmdfSwowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMTA3MDgzMVoYDzIxMjYxMDI4
MDcwODMxWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQtmMw0tlEnxpw+lamM53mkx/ulbxU/25lNI278dxhKuBFin6tgPko2
xuIfSVilMD3GgKQAZiG+v1omKul7Gz1wo2QwYjAdBgNVHQ4EFgQU1+sTXWdclcGf
cbZ9sg5a12wraz8wHwYDVR0jBBgwFoAU1+sTXWdclcGfcbZ9sg5a12wraz8wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IQC1Ii4cHH1l9MmtG1JHiE6T6A7pDx8Co4ehvnckfHz5qAIgAc5OtPRPYrxHgN/S
8O9ndkt47oUqVBWo5etnodlTZhg=
-----END CERTIFICATE-----
"""


class Lists(json_answers.JsonAnswers):
    asked = 0

    def answer(self):
        Lists.asked += 1
        return {"peers": ["127.0.0.1:9"]}


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # a client that hangs up in the handshake is what is expected


class HttpsList(unittest.TestCase):
    def serve(self, folder):
        pem = pathlib.Path(folder) / "server.pem"
        pem.write_text(SELF_SIGNED)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        server = Server(("127.0.0.1", 0), Lists)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"https://127.0.0.1:{server.server_address[1]}/peers.json"

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, *arguments], env=ENVIRONMENT, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stdout.close)
        return process

    def failure_of(self, data, *flags):
        """Why the first fetch failed, of a node with these flags."""
        node = self.start("run", "--listen", "127.0.0.1:0", "--data-dir", data, *flags)
        self.assertTrue(node.stdout.readline().startswith("ready "))
        told = self.start("events", "--follow", "--json", "--data-dir", data)
        return next(e for e in map(json.loads, told.stdout) if e["event"] == "bootstrap_failed")["detail"]

    def test_a_ca_file_of_no_use_is_named_before_the_start_or_with_the_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "ca.pem"
            for text, why in ((None, "cannot be read"), ("no certificate", "holds no certificate")):
                if text:
                    file.write_text(text)
                for command in (["run", "--data-dir", f"{folder}/none", "--listen", "127.0.0.1:0"], ["check"]):
                    refused = subprocess.run([PROGRAM, *command, "--list-ca-file", file], env=ENVIRONMENT,
                                             capture_output=True, text=True, timeout=30)
                    self.assertEqual(refused.returncode, 1, refused.stderr)
                    self.assertIn(f"list_ca_file: CA file {file} {why}", refused.stderr)
            self.assertFalse(os.path.exists(f"{folder}/none"))
            file.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
            flags = ["--peer", self.serve(folder), "--list-ca-file", str(file)]
            self.assertIn(f"list_ca_file {file}", self.failure_of(f"{folder}/data", *flags))

    def test_a_certificate_that_nobody_signed_is_refused_with_its_reason_and_the_node_goes_on(self):
        with tempfile.TemporaryDirectory() as folder:
            url = self.serve(folder)
            data = str(pathlib.Path(folder) / "data")
            failed = self.failure_of(data, "--peer", url)
            self.assertIn(url, failed)
            self.assertIn("certificate", failed)
            self.assertIn("see list_ca_file", failed)
            self.assertEqual(Lists.asked, 0)
            health = subprocess.run([PROGRAM, "health", "--data-dir", data], env=ENVIRONMENT, capture_output=True,
                                    text=True, timeout=30)
            self.assertEqual(health.returncode, 0, health.stderr)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
