// SPDX-License-Identifier: MIT
#include "probe/dialogues.h"

#include "mxsweep/core/text_line.h"
#include "mxsweep/imap/capabilities.h"
#include "mxsweep/imap/dialogue.h"
#include "mxsweep/pop3/capabilities.h"
#include "mxsweep/pop3/dialogue.h"
#include "mxsweep/smtp/capabilities.h"
#include "mxsweep/smtp/dialogue.h"

namespace mxsweep::probe {

Event event_of(Protocol protocol, State state, int code, std::string_view reply, Depth depth,
               bool offers_tls) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap:
      return imap::event_of(state, static_cast<imap::Status>(code), depth,
                            imap::lists_capabilities(reply), offers_tls);
    case Protocol::pop3:
      return pop3::event_of(state, static_cast<pop3::Status>(code), depth, offers_tls);
  }
  return smtp::event_of(state, code, depth, offers_tls);
}

const Transition* find(Protocol protocol, State state, Event event) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: return mxsweep::find(imap::kTransitions, state, event);
    case Protocol::pop3: return mxsweep::find(pop3::kTransitions, state, event);
  }
  return smtp::find(state, event);
}

bool is_success(Protocol protocol, State state, int code) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: {
      const auto status = static_cast<imap::Status>(code);
      return status == imap::Status::ok || status == imap::Status::preauth;
    }
    case Protocol::pop3: return static_cast<pop3::Status>(code) == pop3::Status::ok;
  }
  return code == smtp::exchange_in(state).success_code;
}

bool may_list_capabilities(Protocol protocol, State state) {
  return state == State::ehlo || (protocol == Protocol::imap && state == State::greeting);
}

bool lists_capabilities(Protocol protocol, std::string_view reply) {
  return protocol != Protocol::imap || imap::lists_capabilities(reply);
}

bool offers_starttls(Protocol protocol, std::string_view reply) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: return imap::offers(reply, "STARTTLS");
    case Protocol::pop3: return pop3::offers(reply, "STLS");
  }
  return smtp::offers(reply, "STARTTLS");
}

bool refuses(Protocol protocol, std::string_view line) {
  switch (protocol) {
    case Protocol::smtp: break;
    case Protocol::imap: {
      const imap::Status status = imap::status_line(without_line_end(line)).status;
      return status == imap::Status::no || status == imap::Status::bad ||
             status == imap::Status::bye;
    }
    case Protocol::pop3:
      return pop3::status_line(without_line_end(line)).status == pop3::Status::err;
  }
  smtp::ReplyReader reader;
  static_cast<void>(reader.read(line));
  return reader.code() / 100 == 4 || reader.code() / 100 == 5;
}

}  // namespace mxsweep::probe
