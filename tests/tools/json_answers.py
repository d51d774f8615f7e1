# SPDX-License-Identifier: MIT
"""json_answers: a handler for http.server that answers every GET with one object of JSON."""
import http.server
import json


class JsonAnswers(http.server.BaseHTTPRequestHandler):
    def answer(self):
        """The object; of whoever derives from this."""
        raise NotImplementedError

    def do_GET(self):
        body = json.dumps(self.answer()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass
