// SPDX-License-Identifier: MIT
#include "mxsweep/scan/survey.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "mxsweep/targets/reader.h"

namespace mxsweep::scan {
namespace {

constexpr std::size_t kBlockOctets = 64 * 1024;

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

// Reads with pread(), so that the read position of a list on standard input does not change.
Status survey_file(int descriptor, targets::Reader& reader, ListSurvey& survey) {
  std::string block(kBlockOctets, '\0');
  off_t at = std::max<off_t>(::lseek(descriptor, 0, SEEK_CUR), 0);
  const off_t until = at + static_cast<off_t>(kSurveyOctetsMax);
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
        if (at >= until) return {};
        const ssize_t count = ::pread(descriptor, block.data(), block.size(), at);
        if (count < 0) return Status::unusable(std::strerror(errno));
        at += count;
        if (count == 0) reader.finish();
        if (count > 0) reader.feed({block.data(), static_cast<std::size_t>(count)});
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
  struct stat status {};
  if (::fstat(list.descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return survey;
  survey.sampled = true;
  targets::Reader reader(ports, {.mail_domains = mail_domains, .header_row = source.words.empty()});
  if (Status read = survey_file(list.descriptor, reader, survey); !read.ok()) return read;
  survey.lines = reader.lines_read();
  survey.skipped = reader.lines_skipped();
  return survey;
}

}  // namespace mxsweep::scan
