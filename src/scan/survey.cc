// SPDX-License-Identifier: MIT
#include "mxsweep/scan/survey.h"

#include <algorithm>
#include <limits>

#include "mxsweep/targets/reader.h"

namespace mxsweep::scan {
namespace {

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  return a > kMost - b ? kMost : a + b;
}

void add_line(ListSurvey& survey, const targets::Target& target, std::uint64_t targets) {
  survey.targets = saturating_sum(survey.targets, targets);
  if (targets <= survey.largest) return;
  survey.largest = targets;
  survey.largest_line = target.line;
  survey.largest_text = target.text();
}

void add_bad_line(ListSurvey& survey, const targets::BadLine& bad) {
  if (++survey.invalid > 1) return;
  survey.first_invalid = "line " + std::to_string(bad.line) + ": " + complaint(bad);
}

Status survey_file(files::List& list, targets::Reader& reader, ListSurvey& survey) {
  std::uint64_t octets_left = kSurveyOctetsMax;
  targets::Target target;
  targets::BadLine bad;
  while (reader.lines_read() < kSurveyLinesMax) {
    switch (reader.next(target, bad)) {
      case targets::Reader::Next::target:
        add_line(survey, target, saturating_sum(1, reader.rest_of_line()));
        reader.skip_rest_of_line();
        break;
      case targets::Reader::Next::bad_line: add_bad_line(survey, bad); break;
      case targets::Reader::Next::need_more: {
        if (octets_left == 0) return {};
        std::string_view octets;
        switch (list.read(octets)) {
          case files::List::Read::octets:
            reader.feed(octets);
            octets_left -= std::min<std::uint64_t>(octets_left, octets.size());
            break;
          case files::List::Read::nothing_yet: break;
          case files::List::Read::end: reader.finish(); break;
          case files::List::Read::failed: return Status::unusable(list.failure().sentence());
        }
        break;
      }
      case targets::Reader::Next::end: survey.whole = true; return {};
      case targets::Reader::Next::not_a_list:
        return Status::unusable(complaint(*reader.foreign_format()));
    }
  }
  return {};
}

}  // namespace

Result<ListSurvey> survey_list(const files::ListSource& source,
                               const std::vector<std::uint16_t>& ports, bool mail_domains) {
  ListSurvey survey;
  files::List list;
  if (Status opened = list.open(source); !opened.ok()) return opened;
  if (!list.regular()) return survey;
  survey.sampled = true;
  targets::Reader reader(ports, {.mail_domains = mail_domains, .header_row = source.words.empty()});
  if (Status read = survey_file(list, reader, survey); !read.ok()) return read;
  if (Status back = list.rewind(); !back.ok()) return back;
  survey.lines = reader.lines_read();
  survey.skipped = reader.lines_skipped();
  return survey;
}

}  // namespace mxsweep::scan
