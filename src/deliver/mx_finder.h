// SPDX-License-Identifier: MIT
// Finds the mail servers of domains.
//
//   Source    RFC 5321 section 5.1, as in names/route.h.
//   Shape     find(); poll descriptors(), call on_ready() for those that are and turn() each time,
//             until the callback. It is never called within find().
//   Lifetime  one thread.
//   Errors    an Exchanges without servers has the reason.
#pragma once

#include <poll.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/dns/resolver.h"
#include "mxsweep/names/route.h"

namespace mxsweep::deliver {

struct Exchange {
  std::string host;
  Address address;
};

struct Exchanges {
  std::vector<Exchange> servers;  // In the order to try them.
  std::string error;
};

class MxFinder {
 public:
  using Found = std::function<void(const Exchanges&)>;

  // `resolver`: IP[:PORT]; empty: the system's.
  explicit MxFinder(std::string resolver) : address_(std::move(resolver)) {}

  void find(const std::string& domain, Found found, Instant now);
  void descriptors(std::vector<pollfd>& descriptors);
  void on_ready(int descriptor, bool readable, bool writable, Instant now);
  void turn(Instant now);
  [[nodiscard]] Instant deadline() const;

 private:
  struct Lookup {
    std::unique_ptr<names::Route> route;
    Found found;
    std::string error;  // The resolver could not be opened.
  };

  void ask(std::uint32_t number, Lookup& lookup, Instant now);
  std::string open();

  std::string address_;
  std::unique_ptr<dns::Resolver> resolver_;
  std::map<std::uint32_t, Lookup> lookups_;
  std::uint32_t next_ = 0;
  std::vector<dns::Watch> watched_;
};

}  // namespace mxsweep::deliver
