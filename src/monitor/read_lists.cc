// SPDX-License-Identifier: MIT
#include "monitor/roster.h"
#include "mxsweep/files/list.h"
#include "mxsweep/probe/plan.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::monitor {
namespace {

class ListReader {
 public:
  explicit ListReader(Lists& lists) : lists_(lists) {}

  void read(const std::string& path, bool domains, const watch::Group& group,
            watch::GroupNumber number) {
    files::List list;
    if (const Status opened = list.open({.path = path, .words = {}}); !opened.ok()) {
      return complain(path + ": " + opened.sentence());
    }
    if (!list.regular()) return complain(path + ": not a regular file");
    targets::Reader reader(group.ports, {.mail_domains = domains});
    Listed listed{.group = number, .domain = domains, .target = {}};
    targets::BadLine bad;
    while (!full()) {
      switch (reader.next(listed.target, bad)) {
        case targets::Reader::Next::target: add(listed, path, group); break;
        case targets::Reader::Next::bad_line:
          complain(path + ":" + std::to_string(bad.line) + ": " + targets::complaint(bad));
          break;
        case targets::Reader::Next::need_more:
          if (!feed(list, reader)) return complain(path + ": " + list.failure().sentence());
          break;
        case targets::Reader::Next::end: return;
        case targets::Reader::Next::not_a_list:
          return complain(path + ": " + targets::complaint(*reader.foreign_format()));
      }
    }
  }

  [[nodiscard]] bool full() const { return full_ || lists_.problems.size() >= kProblemsMost; }
  void complain(std::string problem) { lists_.problems.push_back(std::move(problem)); }

 private:
  static bool feed(files::List& list, targets::Reader& reader) {
    std::string_view octets;
    switch (list.read(octets)) {
      case files::List::Read::octets: reader.feed(octets); return true;
      case files::List::Read::nothing_yet: return true;
      case files::List::Read::end: reader.finish(); return true;
      case files::List::Read::failed: break;
    }
    return false;
  }

  void add(const Listed& listed, const std::string& path, const watch::Group& group) {
    if (lists_.targets.size() == kMonitorsMost) {
      complain(path + ":" + std::to_string(listed.target.line) + ": more than " +
               std::to_string(kMonitorsMost) + " monitors");
      full_ = true;
      return;
    }
    targets::Target& target = lists_.targets.emplace_back(listed).target;
    if (target.tls == targets::TlsMode::from_flags) target.tls = group.tls;
    if (!target.protocol) target.protocol = group.protocol;
    const bool implicit =
        target.tls == targets::TlsMode::automatic && is_implicit_tls_port(target.port);
    if (implicit) target.tls = targets::TlsMode::implicit;
  }

  Lists& lists_;
  bool full_ = false;
};

}  // namespace

Lists read_lists(const watch::Settings& settings) {
  Lists lists;
  ListReader reader(lists);
  for (std::size_t i = 0; i < settings.groups.size() && !reader.full(); ++i) {
    const watch::Group& group = settings.groups[i];
    const auto number = static_cast<watch::GroupNumber>(i);
    if (!group.targets.empty()) reader.read(group.targets, false, group, number);
    if (!group.domains.empty()) reader.read(group.domains, true, group, number);
    if (!group.run) continue;
    Listed& listed = lists.targets.emplace_back(Listed{.group = number, .run = true, .target = {}});
    listed.target.set_words("check:" + group.name, {}, {});
  }
  return lists;
}

}  // namespace mxsweep::monitor
