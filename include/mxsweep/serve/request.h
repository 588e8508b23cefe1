// SPDX-License-Identifier: MIT
// An HTTP request as the server passes it on, and the answer to it. Plain values.
//
//   Lifetime  owners: a request may be answered later, by another thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxsweep/core/address.h"

namespace mxsweep::serve {

enum class Method : std::uint8_t { get, head, post, other };

struct Request {
  Method method = Method::get;
  std::string path;  // Decoded: "/group/edge". No ".", "..", empty segment or control octet.
  std::vector<std::string> segments;                       // Of the path: {"group", "edge"}.
  std::vector<std::pair<std::string, std::string>> query;  // Decoded, in their order.
  std::string host;           // As sent, in lower case, without the port; checked by the server.
  std::string authorization;  // Headers; empty: absent.
  std::string accept;
  std::string accept_encoding;
  std::string if_none_match;
  std::string content_type;
  std::string body;
  Address peer;

  // The first such member of the query.
  [[nodiscard]] std::optional<std::string_view> asked(std::string_view name) const;
};

class Inbox;

// Has the server ask a streamed answer for its next part. Any copy does, in any thread, at any
// time, also when the peer or the server is gone.
class Wake {
 public:
  Wake() = default;
  Wake(std::shared_ptr<Inbox> inbox, std::uint64_t request);
  void operator()() const;

 private:
  std::shared_ptr<Inbox> inbox_;
  std::uint64_t request_ = 0;
};

// What follows a part of a streamed answer.
enum class Part : std::uint8_t {
  more,
  last,
  later,  // Nothing yet: it is asked for again after Wake was called, or sooner.
  none,   // It cannot go on: the answer is cut off, so that the peer sees that it is not whole.
};

struct Answer {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers{};  // Beside those of every answer.
  // Of a streamed answer: appends the next part to the body that was sent before. Called in the
  // server's thread when the peer has taken what came before; it must not wait, but may return
  // `later`, of which ServerOptions::patience is the limit. Empty: the body is whole.
  std::function<Part(std::string& part, const Wake& wake)> more{};
};

}  // namespace mxsweep::serve
