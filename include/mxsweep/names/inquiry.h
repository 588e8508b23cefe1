// SPDX-License-Identifier: MIT
// What is asked of DNS about a target beside the path to its servers: policies of its domain, and
// what DNS has on each server. An interface: room `checks` implements it, and `names` runs it with
// the same resolver, so that questions of both are sent once.
//
//   Shape     like a Route: take_question() until there is none, on_answer() for each. When the
//             servers are known, on_destinations() is called once; new questions may follow. Then
//             the same with take_request() and on_fetched(). After done() only the const functions
//             are called. An inquiry that has no question and is not done may wait for what is
//             shared: wake() is called after each change of that.
//   Threads   the const functions may be called from several threads, one for each server.
//   Lifetime  shared by the tasks of its servers, and destroyed with the last of them.
//   Errors    none: a failure of DNS is part of what is written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "mxsweep/core/time.h"
#include "mxsweep/dns/message.h"
#include "mxsweep/dns/name.h"
#include "mxsweep/fetch/fetcher.h"
#include "mxsweep/names/route.h"
#include "mxsweep/results/domain_line.h"
#include "mxsweep/results/record.h"
#include "mxsweep/targets/target.h"

namespace mxsweep::names {

class Inquiry {
 public:
  Inquiry() = default;
  Inquiry(const Inquiry&) = delete;
  Inquiry& operator=(const Inquiry&) = delete;
  virtual ~Inquiry() = default;

  // False: there is no question at present. Its number is less than 2^31.
  [[nodiscard]] virtual bool take_question(dns::Question& question) = 0;
  virtual void on_answer(std::uint32_t number, const dns::Answer& answer) = 0;
  virtual void on_destinations(const std::vector<Destination>& destinations) = 0;
  // A document to fetch. False: there is none at present. Its ticket is less than 2^32. Requires:
  // NameOptions::fetcher, if there ever is one.
  [[nodiscard]] virtual bool take_request(fetch::Request& /*request*/) { return false; }
  virtual void on_fetched(fetch::Fetched&& /*fetched*/) {}
  virtual void wake() {}
  [[nodiscard]] virtual bool done() const = 0;

  // Appends the "checks" of this server's record, an object; nothing if there is none.
  virtual void append_server(const results::Record& record, std::string& json) const = 0;
  // Appends the "checks" of the domain's line, when all records of its servers are counted.
  virtual void append_domain(const results::DomainLine& line, std::string& json) const = 0;
  [[nodiscard]] virtual std::size_t octets_held() const = 0;
};

// What is asked once for all targets, and what their inquiries wait for: a machine of questions and
// answers that ends with the last of them.
class SharedInquiry {
 public:
  SharedInquiry() = default;
  SharedInquiry(const SharedInquiry&) = delete;
  SharedInquiry& operator=(const SharedInquiry&) = delete;
  virtual ~SharedInquiry() = default;

  virtual void on_time(Instant now, WallTime wall) = 0;  // In each turn.
  [[nodiscard]] virtual Instant next_time() const = 0;   // When it is needed; kNever: not at all.
  [[nodiscard]] virtual bool take_question(dns::Question& question) = 0;
  virtual void on_answer(std::uint32_t number, const dns::Answer& answer) = 0;
  // Another number: inquiries that wait may have a question, or be done now.
  [[nodiscard]] virtual std::uint64_t changes() const = 0;
  virtual void finish() = 0;                     // No more targets are to come.
  [[nodiscard]] virtual bool quiet() const = 0;  // No question of its own is open or due.
};

// Makes the inquiry for a target; null: nothing is asked. The name is empty for a target that is an
// address.
using MakeInquiry =
    std::function<std::shared_ptr<Inquiry>(const targets::Target&, const dns::Name&)>;

}  // namespace mxsweep::names
