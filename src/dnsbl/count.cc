// SPDX-License-Identifier: MIT
#include "dnsbl/count.h"

#include <unistd.h>

#include <optional>
#include <utility>

#include "mxsweep/files/content.h"
#include "mxsweep/files/whole_file.h"

namespace mxsweep::dnsbl {
namespace {

constexpr std::uint64_t kCountOctetsMax = 64 * 1024;

}  // namespace

Status Count::open(const std::string& path) {
  path_ = path;
  const Status locked = lock_.take(path_ + ".lock", "another run counts its questions there");
  if (!locked.ok()) return locked;
  if (::access(path_.c_str(), F_OK) != 0) return {};
  const Result<std::string> text = files::read_text(path_, kCountOctetsMax);
  if (!text.ok()) return text.status();
  std::optional<blocklists::DaySpent> spent = blocklists::read_spent(*text);
  if (!spent) {
    return Status::unusable(path_ +
                            ": is no count of questions to blocklists; remove it to begin with 0");
  }
  before_ = *std::move(spent);
  return {};
}

void Count::leave(blocklists::DaySpent spent) {
  add_others(spent, before_);
  before_ = std::move(spent);
}

Status Count::write(blocklists::DaySpent spent) const {
  add_others(spent, before_);
  return files::write_whole(path_, write_spent(spent), -1, files::Durable::no);
}

}  // namespace mxsweep::dnsbl
