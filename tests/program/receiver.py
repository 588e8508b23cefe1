# SPDX-License-Identifier: MIT
"""An HTTP receiver of messages on loopback, which answers as the test wants it to."""

import http.server
import json
import random
import threading


class Receiver:
    """Keeps what was sent. `answer`: called with the number of the request, counted from 0; returns
    the status, or a pair of status and headers. `delay`: seconds before an answer, at most, at
    random."""

    def __init__(self, answer=lambda number: 200, delay=0.0, seed=1):
        self.lock = threading.Lock()
        self.requests = []  # (path, headers, body), in the order of their arrival.
        self.answered = []  # Idempotency-Key of each answer that was sent, or None.
        self.answer, self.delay, self.random = answer, delay, random.Random(seed)
        self.stopping = threading.Event()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.take(self, body)

            do_PUT = do_POST
            do_GET = do_POST

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # A sender that was killed.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def take(self, handler, body):
        with self.lock:
            number = len(self.requests)
            self.requests.append((handler.path, dict(handler.headers), body))
            wait = self.random.uniform(0, self.delay)
        answer = self.answer(number)
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        if wait and self.stopping.wait(wait):
            return
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            handler.wfile.flush()
        except OSError:
            return  # The sender was killed.
        if 200 <= status < 300:
            with self.lock:
                self.answered.append(handler.headers.get("Idempotency-Key"))

    def bodies(self):
        with self.lock:
            return [json.loads(body) for _, _, body in self.requests]

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
