#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The courier on real sockets: mail, HTTP and programs; what is permanent and what is not, what
the texts of errors show, and that one receiver that hangs holds up no other."""

import base64
import contextlib
import email
import email.policy
import hashlib
import hmac
import json
import os
import pathlib
import sys
import time

from delivery_sinks import COURIER, Courier, HttpSink, MailSink
from name_server import NameServer
from ports import free_port
from program import SKIPPED, Process, ProgramTest, libraries_of, main, wait_until
from real_certificates import Authority

SERVERS = os.environ.get("MXSWEEP_SERVERS")


class DeliverTest(ProgramTest):
    def courier(self, **options):
        courier = Courier(self.folder, **options)
        self.addCleanup(courier.end)
        return courier

    def http(self, *answers, **more):
        sink = HttpSink(*answers, **more)
        self.addCleanup(sink.close)
        return sink

    def mail(self, *arguments, **more):
        sink = MailSink(*arguments, **more)
        self.addCleanup(sink.close)
        return sink

    def authority(self):
        folder = self.path("authority")
        folder.mkdir()
        return Authority(folder)

    def expect(self, answer, **members):
        self.assertEqual({key: answer[key] for key in members}, members, answer)


class HttpDelivery(DeliverTest):
    def test_a_webhook_gets_the_incident_signed(self):
        sink = self.http(200)
        answer = self.courier().send(kind="webhook", url=sink.url + "/hook", signing="key-1",
                                     token="token-1", json='{"incident":42}')
        self.expect(answer, ok=True, status=200, incident=42, revision=3, kind="opening",
                    channel=7)
        first, headers, body = sink.requests[0]
        self.assertEqual((first, body), ("POST /hook HTTP/1.1", b'{"incident":42}'))
        self.assertEqual(headers["idempotency-key"], "42.3.opening")
        self.assertEqual(headers["authorization"], "Bearer token-1")
        signature = hmac.new(b"key-1", body, hashlib.sha256).hexdigest()
        self.assertEqual(headers["x-mxsweep-signature"], "sha256=" + signature)

    def test_an_attempt_is_one_request_and_a_later_one_may_succeed(self):
        sink = self.http(500, 500, 500, 200)
        courier = self.courier()
        answers = [courier.send(kind="slack", url=sink.url + "/x") for _ in range(4)]
        self.assertEqual([answer["ok"] for answer in answers], [False, False, False, True])
        self.assertEqual([answer["permanent"] for answer in answers], [False] * 4)
        self.assertEqual(len(sink.requests), 4)

    def test_what_the_receiver_asks_for_is_reported(self):
        later = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
        sink = self.http((429, {"Retry-After": "120"}, "{}"), (503, {"Retry-After": later}, "{}"))
        courier = self.courier()
        self.expect(courier.send(kind="slack", url=sink.url), ok=False, permanent=False,
                    status=429, retry_after_s=120)
        answer = courier.send(kind="slack", url=sink.url)
        self.assertGreater(answer["retry_after_s"], 1800, answer)
        self.assertLess(answer["retry_after_s"], 3700, answer)

    def test_what_will_not_heal_is_permanent(self):
        sink = self.http(400, 401, 404, 410, 408, 425, 429, 500, 503)
        courier = self.courier()
        permanent = [courier.send(kind="slack", url=sink.url)["permanent"] for _ in range(9)]
        self.assertEqual(permanent, [True] * 4 + [False] * 5)

    def test_a_redirect_is_refused_and_its_goal_named(self):
        sink = self.http((302, {"Location": "http://elsewhere.test/login"}, "{}"))
        answer = self.courier().send(kind="webhook", url=sink.url + "/hook")
        self.expect(answer, ok=False, permanent=True, status=302)
        self.assertIn("http://elsewhere.test/login, which is not followed", answer["text"])

    def test_a_receiver_that_hangs_resets_or_is_not_there_fails_for_now(self):
        courier = self.courier()
        hanging = self.http("hang")
        answer = courier.send(kind="slack", url=hanging.url, timeout_ms=300)
        self.expect(answer, ok=False, permanent=False, status=0, path_failed=False)
        answer = courier.send(kind="slack", url=self.http("reset").url)
        self.expect(answer, ok=False, permanent=False, status=0)
        answer = courier.send(kind="slack", url=f"http://127.0.0.1:{free_port()}/secret-path")
        self.expect(answer, ok=False, permanent=False, status=0)

    def test_one_that_hangs_holds_up_no_other_channel(self):
        hanging, well = self.http("hang"), self.http(200)
        late = self.mail({"end of data": "hang"})
        courier = self.courier()
        courier.order(channel="a", kind="slack", url=hanging.url, incident=1)
        courier.order(channel="c", kind="mail", to=["a@b.test"], relays=[late.place], incident=3)
        wait_until(lambda: hanging.requests and "DATA" in late.commands, "both to hang")
        self.expect(courier.send(channel="b", kind="slack", url=well.url, incident=2), ok=True,
                    incident=2)
        hanging.released.set()
        self.expect(courier.answer(1), ok=False, incident=1)

    def test_messages_of_a_channel_keep_their_order(self):
        sink = self.http(200)
        courier = self.courier()
        for incident in range(20):
            courier.order(kind="webhook", url=sink.url, json=json.dumps(incident),
                          incident=incident)
        courier.answer(19)
        self.assertEqual([int(body) for _, _, body in sink.requests], list(range(20)))
        self.assertEqual([answer["incident"] for answer in courier.answers], list(range(20)))

    def test_the_certificate_must_be_of_an_authority_that_is_trusted(self):
        authority = self.authority()
        good = authority.issue("good", names=("IP:127.0.0.1",))
        other = authority.issue("other", names=("DNS:other.test",))
        trusted = str(authority.root.certificate)
        courier = self.courier()
        sink = self.http(200, certificate=good)
        self.expect(courier.send(kind="slack", url=sink.url, ca_file=trusted), ok=True)
        answer = courier.send(kind="slack", url=sink.url)
        self.expect(answer, ok=False, permanent=False, status=0)
        # A machine may have no authorities at all: "Problem with the SSL CA cert".
        self.assertIn("cert", answer["text"])
        named_otherwise = self.http(200, certificate=other)
        self.expect(courier.send(kind="slack", url=named_otherwise.url, ca_file=trusted), ok=False)
        self.assertEqual((len(sink.requests), len(named_otherwise.requests)), (1, 0))

    def test_no_answer_brings_a_secret_into_the_log(self):
        basic = base64.b64encode(b"AC1:s3cret+token").decode()
        echo = f"s3cret+token s3cret%2Btoken {basic} \x1b[31m/services/T0/B0XYZXYZXYZ"
        sink = self.http((403, {}, echo))
        answer = self.courier().send(kind="webhook", url=sink.url + "/services/T0/B0XYZXYZXYZ",
                                     token="s3cret+token", user="AC1")
        self.expect(answer, ok=False, permanent=True)
        for secret in ("s3cret", basic, "B0XYZ", "\x1b"):
            self.assertNotIn(secret, answer["text"])
        sink = self.http((302, {"Location": sink.url + "/services/T0/B0XYZXYZXYZ?moved"}, "{}"))
        answer = self.courier().send(kind="slack", url=sink.url + "/services/T0/B0XYZXYZXYZ")
        self.assertNotIn("B0XYZ", answer["text"])

    def test_a_long_answer_is_not_read_to_its_end(self):
        sink = self.http((200, {}, "x" * 10_000_000), (500, {}, "y" * 10_000_000))
        courier = self.courier()
        answer = courier.send(kind="slack", url=sink.url)
        self.expect(answer, ok=True, status=200)
        self.assertLess(len(answer["text"]), 600)
        self.expect(courier.send(kind="slack", url=sink.url), ok=False, status=500)

    def test_of_several_recipients_only_those_without_the_message_get_it_again(self):
        sink = self.http(500, 201)
        order = {"kind": "twilio-sms", "url": sink.url, "user": "AC1", "token": "t0ken",
                 "from": "+4930", "to": ["+491", "+492"]}
        courier = self.courier()
        self.expect(courier.send(**order), ok=False, permanent=False, status=500)
        self.expect(courier.send(**order), ok=True, status=201)
        numbers = [body.split(b"&")[0] for _, _, body in sink.requests]
        self.assertEqual(len(numbers), 3)
        self.assertEqual(set(numbers), {b"To=%2B491", b"To=%2B492"})
        self.assertEqual(sink.requests[0][0],
                         "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1")
        self.assertTrue(sink.requests[0][1]["authorization"].startswith("Basic "))

    def test_a_gateway_of_ones_own_is_a_template(self):
        sink = self.http(200)
        url = sink.url + "/send?to={{to}}&text={{subject}}"
        self.expect(self.courier().send(kind="sms", url=url, to=["+491"],
                                        subject="a&b=\"c\"\r\nd"), ok=True)
        self.assertEqual(sink.requests[0][0],
                         "GET /send?to=%2B491&text=a%26b%3D%22c%22%5Cu000d%0Ad HTTP/1.1")

    def test_a_channel_that_lacks_a_setting_is_a_permanent_error(self):
        self.expect(self.courier().send(kind="slack"), ok=False, permanent=True,
                    text="kind 'slack' needs 'url'")

    def test_alerts_are_renewed_with_their_first_labels_until_their_end_is_known(self):
        sink = self.http(200)
        order = {"kind": "alertmanager", "url": sink.url}
        courier = self.courier(renew_ms=50)

        def alerts():
            return [json.loads(body)[0] for _, _, body in list(sink.requests)]

        courier.send(**order, group="edge")
        wait_until(lambda: len(sink.requests) >= 3, "renewals")
        courier.send(**order, message="update", group="several groups", subject="more")
        wait_until(lambda: alerts()[-1]["annotations"]["summary"] == "more", "the update")
        courier.send(**order, message="closing")
        ended = len(sink.requests)
        wait_until(lambda: len(sink.requests) >= ended + 2, "renewals of the end")
        courier.order(do="reload")  # There is no such channel any more.
        self.assertEqual(courier.finish(), 0)
        self.assertEqual({json.dumps(alert["labels"], sort_keys=True) for alert in alerts()},
                         {json.dumps({"alertname": "mxsweep", "group": "edge", "incident": "42",
                                      "scope": "192.0.2.0/24", "severity": "critical"})})
        ends = [alert["endsAt"] for alert in alerts()]
        self.assertEqual(ends[-1], "2026-11-26T10:05:00Z")
        last_open = max(at for at, end in enumerate(ends) if end != ends[-1])
        self.assertEqual(set(ends[last_open + 1:]), {ends[-1]})
        self.assertEqual(len(courier.answers), 3)

    def test_alerts_of_an_earlier_process_are_taken_up_again(self):
        sink = self.http(200)
        courier = self.courier(renew_ms=50)
        courier.order(do="resume", kind="alertmanager", url=sink.url)
        wait_until(lambda: len(sink.requests) >= 2, "renewals")
        self.assertEqual(courier.answers, [])

    def test_the_dead_mans_ping_is_a_get_whose_failure_is_known(self):
        sink = self.http(500, 200)
        courier = self.courier()

        def error_is(there_is_one):
            return bool(courier.send(do="error")["ping_error"]) == there_is_one

        courier.order(do="ping", url=sink.url + "/ping/0123456789")
        wait_until(lambda: error_is(True), "the error of the ping")
        self.assertNotIn("0123456789", json.dumps(courier.answers))
        courier.order(do="ping", url=sink.url + "/ping/0123456789")
        wait_until(lambda: error_is(False), "the ping to succeed")
        self.assertEqual(sink.requests[0][0], "GET /ping/0123456789 HTTP/1.1")

    def test_attempts_in_progress_are_abandoned_at_the_end(self):
        hanging, silent = self.http("hang"), self.mail({"greeting": "hang"})
        midway = self.mail({"end of data": "hang"})
        forever = {"timeout_ms": 1_000_000}
        mail = {"kind": "mail", "to": ["a@b.test"], **forever}
        courier = self.courier()
        courier.order(channel="a", kind="slack", url=hanging.url, **forever)
        courier.order(channel="b", relays=[silent.place], **mail)
        courier.order(channel="c", relays=[midway.place], **mail)
        courier.order(channel="d", kind="exec", command=["/bin/sleep", "10000"], **forever)
        wait_until(lambda: hanging.requests and "DATA" in midway.commands, "all to be under way")
        self.assertEqual(courier.finish(), 0)
        self.assertEqual(courier.answers, [])


class ExecDelivery(DeliverTest):
    def run_shell(self, script, **more):
        return self.courier().send(kind="exec", command=["/bin/sh", "-c", script], **more)

    def test_a_program_gets_the_incident(self):
        answer = self.run_shell(f"cat > {self.path('in')}; env > {self.path('env')}; echo fine",
                                json='{"incident":42}')
        self.expect(answer, ok=True, status=0, text="fine")
        self.assertEqual(self.path("in").read_text(encoding="ascii"), '{"incident":42}\n')
        variables = self.path("env").read_text(encoding="utf-8").splitlines()
        self.assertIn("MXSWEEP_INCIDENT=42", variables)
        self.assertIn("MXSWEEP_KIND=opening", variables)

    def test_no_shell_reads_the_arguments(self):
        answer = self.courier().send(kind="exec", command=["/bin/echo", "$HOME; `id`"])
        self.expect(answer, ok=True, text="$HOME; `id`")

    def test_the_exit_status_decides(self):
        self.expect(self.run_shell("echo why >&2; exit 75"), ok=False, permanent=False, status=75,
                    text="exit status 75: why")
        self.expect(self.run_shell("exit 100"), ok=False, permanent=True, status=100)
        self.expect(self.run_shell("kill -9 $$"), ok=False, permanent=False,
                    text="signal 9 ended it")
        answer = self.courier().send(kind="exec", command=["/nonexistent/program"])
        self.expect(answer, ok=False, permanent=True,
                    text="/nonexistent/program: No such file or directory")

    def test_one_that_takes_too_long_is_ended_with_its_children(self):
        file = self.path("pid")
        answer = self.run_shell(f"sleep 60 & echo $! > {file}; wait", timeout_ms=500)
        self.expect(answer, ok=False, permanent=False,
                    text="it was ended because it took too long")
        arguments = pathlib.Path("/proc", file.read_text(encoding="ascii").strip(), "cmdline")

        def ended():  # A process that nothing has waited for yet has no arguments.
            with contextlib.suppress(OSError):
                return not arguments.read_bytes()
            return True

        wait_until(ended, "the child to be ended")

    def test_neither_its_input_nor_its_output_can_hold_it_up(self):
        self.expect(self.run_shell("exec true", json=json.dumps("x" * 200_000)), ok=True)
        answer = self.run_shell("head -c 3000000 /dev/zero | tr '\\0' x")
        self.expect(answer, ok=True)
        self.assertLess(len(answer["text"]), 600)

    def test_a_child_left_behind_is_not_waited_for(self):
        self.expect(self.run_shell("sleep 5 & echo done"), ok=True, text="done")


class MailDelivery(DeliverTest):
    def order(self, *relays, **more):
        return {"kind": "mail", "to": ["ops@example.test"], "from": "Watch <watch@example.test>",
                "relays": [f"{relay.place}" if isinstance(relay, MailSink) else relay
                           for relay in relays], **more}

    def test_a_relay_gets_a_message_that_a_mail_program_reads(self):
        sink = self.mail()
        answer = self.courier().send(**self.order(sink, subject="grüße \"x\"\r\nBcc: a@b",
                                                  text="eins\n.zwei\nFrom drei €\n"))
        self.expect(answer, ok=True, status=250, path_failed=False)
        self.assertIn("250 2.0.0 queued", answer["text"])
        mail = sink.mails[0]
        self.assertEqual((mail["from"], mail["to"]), ("watch@example.test", ["ops@example.test"]))
        read = email.message_from_bytes(mail["data"], policy=email.policy.default)
        self.assertEqual(read["subject"], "grüße \"x\"\\u000d Bcc: a@b")
        self.assertIsNone(read["bcc"])
        self.assertEqual(read["message-id"], "<42.3.opening@probe.example.test>")
        self.assertEqual(read["references"], "<42@probe.example.test>")
        self.assertEqual(read["auto-submitted"], "auto-generated")
        self.assertEqual(read.get_content().replace("\r\n", "\n"), "eins\n.zwei\nFrom drei €\n")
        self.assertEqual(read.defects, [])
        self.assertIn("EHLO probe.example.test", sink.commands)

    def test_the_next_relay_takes_what_the_first_does_not(self):
        for first in (f"127.0.0.1:{free_port()}", self.mail({"greeting": "421 busy"}),
                      self.mail({"MAIL": "421 4.3.2 going down"}),
                      self.mail({"RCPT": "451 4.7.1 greylisted"}),
                      self.mail({"RCPT": "550 5.7.1 no relaying"}),
                      self.mail({"end of data": "554 5.7.1 not this one"})):
            second = self.mail()
            self.expect(self.courier().send(**self.order(first, second)), ok=True)
            self.assertEqual(len(second.mails), 1)

    def test_a_relay_that_hangs_leaves_time_for_the_next(self):
        sink = self.mail()
        answer = self.courier().send(**self.order(self.mail({"RCPT": "hang"}), sink,
                                                  timeout_ms=4000))
        self.expect(answer, ok=True)

    def test_a_relay_that_does_not_answer_to_quit_has_taken_the_mail(self):
        sink = self.mail({"QUIT": "hang"})
        self.expect(self.courier().send(**self.order(sink, timeout_ms=1_000_000)), ok=True)

    def test_refusals_are_permanent_only_if_all_are(self):
        unknown = self.mail({"RCPT": "550 5.1.1 unknown"})
        greylist = self.mail({"RCPT": "451 4.7.1 greylisted"})
        courier = self.courier()
        answer = courier.send(**self.order(unknown))
        self.expect(answer, ok=False, permanent=True, path_failed=False, status=550)
        self.assertIn("RCPT TO: 550 5.1.1 unknown", answer["text"])
        self.expect(courier.send(**self.order(unknown, greylist)), ok=False, permanent=False,
                    status=451)
        self.expect(courier.send(**self.order(greylist, unknown)), ok=False, permanent=False)

    def test_the_path_has_failed_if_no_relay_answers(self):
        dead = f"127.0.0.1:{free_port()}"
        courier = self.courier()
        self.expect(courier.send(**self.order(dead, dead)), ok=False, permanent=False,
                    path_failed=True, status=0)
        busy = self.mail({"greeting": "421 busy"})
        self.expect(courier.send(**self.order(dead, busy)), ok=False, path_failed=False,
                    status=421)

    def test_greylisting_ends_with_a_later_attempt(self):
        sink = self.mail({"RCPT": ["451 4.7.1 later"]})
        courier = self.courier()
        self.expect(courier.send(**self.order(sink)), ok=False, permanent=False, status=451)
        self.expect(courier.send(**self.order(sink)), ok=True)

    def test_an_unknown_recipient_does_not_stop_the_others(self):
        sink = self.mail({"RCPT TO:<gone@example.test>": "550 5.1.1 unknown"})
        answer = self.courier().send(**self.order(
            sink, to=["gone@example.test", "Ops <ops@example.test>"]))
        self.expect(answer, ok=True)
        self.assertIn("1 of 2 recipients were accepted", answer["text"])
        self.assertIn("unknown", answer["text"])
        self.assertEqual(sink.mails[0]["to"], ["ops@example.test"])

    def test_starttls_and_login(self):
        authority = self.authority()
        certificate = authority.issue("relay", names=("IP:127.0.0.1",))
        trusted = str(authority.root.certificate)
        login = {"user": "watch", "password": "s3cret-word"}
        sink = self.mail(certificate=certificate, login=("watch", "s3cret-word"))
        courier = self.courier()
        self.expect(courier.send(**self.order("starttls://" + sink.place, ca_file=trusted,
                                              **login)), ok=True)
        self.assertTrue(sink.mails[0]["tls"])
        wrong = {**login, "password": "wr0ng-word"}
        answer = courier.send(**self.order("starttls://" + sink.place, ca_file=trusted, **wrong))
        self.expect(answer, ok=False, permanent=True, status=535)
        self.assertNotIn("wr0ng", answer["text"])
        implicit = self.mail(certificate=certificate, implicit=True,
                             login=("watch", "s3cret-word"))
        self.expect(courier.send(**self.order("smtps://" + implicit.place, ca_file=trusted,
                                              **login)), ok=True)

    def test_starttls_is_required_or_not(self):
        plain = self.mail()
        courier = self.courier()
        answer = courier.send(**self.order("starttls://" + plain.place))
        self.expect(answer, ok=False, permanent=False, path_failed=False)
        self.expect(courier.send(**self.order(plain)), ok=True)
        self.assertEqual(len(plain.mails), 1)

    def test_a_password_never_goes_out_in_clear_or_to_a_stranger(self):
        login = {"user": "watch", "password": "s3cret-word"}
        plain = self.mail(login=("watch", "s3cret-word"))
        stranger = self.mail(certificate=self.authority().issue("x", names=("IP:127.0.0.1",)),
                             login=("watch", "s3cret-word"))
        courier = self.courier()
        self.expect(courier.send(**self.order(plain, **login)), ok=False)
        self.expect(courier.send(**self.order(stranger, **login)), ok=False)
        self.assertEqual([command for sink in (plain, stranger) for command in sink.commands
                          if command.startswith("AUTH")], [])

    def test_without_a_login_any_certificate_is_better_than_none_and_broken_tls_no_obstacle(self):
        authority = self.authority()
        self_made = self.mail(certificate=authority.issue("x", names=("DNS:other.test",)))
        courier = self.courier()
        self.expect(courier.send(**self.order(self_made)), ok=True)
        self.assertTrue(self_made.mails[0]["tls"])
        broken = self.mail({"STARTTLS": "220 go"}, certificate=authority.root)
        self.expect(courier.send(**self.order(broken)), ok=True)
        self.assertFalse(broken.mails[0]["tls"])

    def test_a_recipients_mx_are_tried_in_the_order_of_their_preference(self):
        sink = self.mail()
        names = NameServer({"example.test": [("MX", 20, "b.test"), ("MX", 10, "a.test")],
                            "a.test": ["127.0.0.2"], "b.test": ["127.0.0.1"],
                            "none.test": []})
        self.addCleanup(names.stop)
        courier = self.courier(resolver=names.address)
        # At 127.0.0.2 nothing listens.
        self.expect(courier.send(**self.order(f"mx:{sink.port}", user="u", password="p")), ok=True)
        self.assertEqual(len(sink.mails), 1)
        answer = courier.send(**self.order(f"mx:{sink.port}", to=["a@nosuch.test"]))
        self.expect(answer, ok=False, permanent=False, path_failed=True,
                    text="MX of nosuch.test: dns.nxdomain")

    def test_a_resolver_that_is_silent_costs_no_more_than_the_time_of_the_attempt(self):
        names = NameServer({})
        names.silent = True
        self.addCleanup(names.stop)
        courier = self.courier(resolver=names.address)
        answer = courier.send(**self.order("mx:25", timeout_ms=500))
        self.expect(answer, ok=False, path_failed=True)
        self.assertIn("look-up", answer["text"])

    def test_postfixs_sink_takes_it(self):
        program = SERVERS and os.path.join(SERVERS, "usr/sbin/smtp-sink")
        if not program or not os.path.exists(program):
            self.skipTest("MXSWEEP_SERVERS has no smtp-sink")
        port = free_port()
        flags = ["-u", "root"] if os.geteuid() == 0 else []
        sink = Process([program, *flags, "-d", self.path("mail."), f"127.0.0.1:{port}", "10"],
                       self.path("smtp-sink.err"),
                       env={**os.environ, "LD_LIBRARY_PATH": libraries_of(SERVERS)})
        self.addCleanup(sink.end)
        courier = self.courier()
        wait_until(lambda: courier.send(**self.order(f"127.0.0.1:{port}"))["ok"] or
                   not sink.running(), "smtp-sink to take a mail")
        self.assertTrue(sink.running(), sink.stderr)
        mails = [path.read_text(encoding="ascii") for path in self.folder.glob("mail.*")]
        self.assertEqual(len(mails), 1)
        self.assertIn("X-Mail-Args: <watch@example.test>", mails[0])
        self.assertIn("\nSubject: [DOWN] 400 hosts", mails[0])


if __name__ == "__main__":
    if not COURIER:
        print("MXSWEEP_COURIER must name the driver of the courier", file=sys.stderr)
        sys.exit(SKIPPED)
    main()
