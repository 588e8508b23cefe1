// SPDX-License-Identifier: MIT
#include "mxsweep/roundtrip/usual_script.h"

#include <utility>

namespace mxsweep::roundtrip {

Script usual_script(const Usual& usual) {
  Script script{.name = "roundtrip", .deadline = usual.deadline, .secret_file = usual.secret_file};
  const auto add = [&script](Action action) -> Step& {
    script.steps.push_back({.action = std::move(action)});
    return script.steps.back();
  };
  const bool starttls = usual.starttls && usual.server.service == Service::smtp;
  add(Connect{usual.server});
  add(Ehlo{.want = starttls ? std::vector<std::string>{"STARTTLS"} : std::vector<std::string>{}});
  // After it EHLO is sent again.
  if (starttls) add(StartTls{});
  if (usual.authenticate) add(Authenticate{.mechanism = usual.mechanism, .user = "${user}"});
  add(MailFrom{usual.from});
  add(RcptTo{usual.to});
  add(Data{.subject = "probe ${token}", .octets = usual.octets});
  add(Quit{});
  if (usual.mailbox) {
    const bool imap =
        usual.mailbox->service == Service::imap || usual.mailbox->service == Service::imaps;
    Fetch fetch{.endpoint = *usual.mailbox};
    if (imap) fetch = {*usual.mailbox, {"INBOX", "\\Junk"}, "INBOX"};
    add(fetch).within = usual.within;
    add(Delete{}).always = true;
  }
  return script;
}

}  // namespace mxsweep::roundtrip
