// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/usual_script.h"

#include <utility>

namespace mxsweep::roundtrip {

Script usual_script(const Usual& usual) {
  Script script{.name = "roundtrip",
                .deadline = usual.deadline,
                .authserv_id = usual.authserv_id,
                .secret_file = usual.secret_file};
  const auto add = [&script](Action action) -> Step& {
    script.steps.push_back({.action = std::move(action)});
    return script.steps.back();
  };
  const bool starttls = usual.starttls && usual.server.service == Service::smtp;
  const bool secured = usual.server.service == Service::smtps;
  add(Connect{.endpoint = usual.server, .verify = !secured || usual.verify});
  add(Ehlo{.want = starttls ? std::vector<std::string>{"STARTTLS"} : std::vector<std::string>{}});
  // After it EHLO is sent again.
  if (starttls) add(StartTls{.verify = usual.verify});
  if (usual.authenticate) {
    add(Authenticate{.mechanism = usual.mechanism, .user = "${user}", .in_clear = usual.in_clear});
  }
  add(MailFrom{usual.from});
  add(RcptTo{usual.to});
  add(Data{.subject = "probe ${token}", .octets = usual.octets});
  add(Quit{});
  if (usual.mailbox) {
    const bool imap =
        usual.mailbox->service == Service::imap || usual.mailbox->service == Service::imaps;
    Fetch fetch{.endpoint = *usual.mailbox};
    if (imap) fetch = {*usual.mailbox, {"INBOX", "\\Junk"}, "INBOX"};
    fetch.verify = usual.verify;
    fetch.in_clear = usual.in_clear;
    add(fetch).within = usual.within;
    if (!usual.keep) add(Delete{}).always = true;
  }
  return script;
}

}  // namespace mxsweep::roundtrip
