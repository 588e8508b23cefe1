// SPDX-License-Identifier: MIT
#include "mxsweep/sink/visit_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>

namespace mxsweep::sink {
namespace {

void append_endpoint(std::string& line, const Endpoint& endpoint) {
  const bool bracketed = endpoint.address.family == Family::ipv6;
  if (bracketed) line += '[';
  const std::size_t begin = line.size();
  line.resize(begin + kAddressTextMax);
  const char* const end = write_address(endpoint.address, line.data() + begin);
  line.resize(static_cast<std::size_t>(end - line.data()));
  if (bracketed) line += ']';
  fmt::format_to(std::back_inserter(line), ":{}", endpoint.port);
}

}  // namespace

void VisitLog::write(std::string_view lines) {
  const std::lock_guard alone(mutex_);
  while (!lines.empty() && failure_ == 0) {
    const ssize_t written = ::write(descriptor_, lines.data(), lines.size());
    if (written >= 0) {
      lines.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure_ = errno;
    }
  }
}

void VisitLines::add(const Visit& visit) {
  lines_ += R"({"peer":")";
  append_endpoint(lines_, visit.peer);
  lines_ += R"(","local":")";
  append_endpoint(lines_, visit.local);
  fmt::format_to(std::back_inserter(lines_), "\",\"opened\":{},\"closed\":{}}}\n",
                 visit.opened.time_since_epoch().count(), visit.closed.time_since_epoch().count());
  if (lines_.size() < kWrittenAtOnce) return;
  log_.write(lines_);
  lines_.clear();
}

}  // namespace mxsweep::sink
