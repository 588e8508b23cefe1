// SPDX-License-Identifier: MIT
// Which words of the command line of `mxsweep scan` are lists, and which are targets.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "cli/certificate_words.h"
#include "cli/say.h"
#include "cli/scan_flags.h"
#include "mxsweep/targets/reader.h"

namespace mxsweep::cli {
namespace {

constexpr std::string_view kStandardInput = "-";

// Checks that a target on the command line is exactly one line of a list, valid or not.
Status check_word(const std::string& word) {
  if (word.find('\n') != std::string::npos) {
    return Status::unusable(
        fmt::format("'{}' contains a line end; give one target per argument", printable(word)));
  }
  targets::Reader reader({kPortDefault}, {.header_row = false});
  targets::Target target;
  targets::BadLine bad;
  reader.feed(word);
  if (reader.next(target, bad) == targets::Reader::Next::need_more) reader.finish();
  const targets::Reader::Next next = reader.next(target, bad);
  const bool is_line =
      next == targets::Reader::Next::target || next == targets::Reader::Next::bad_line;
  if (is_line) return {};
  return Status::unusable(fmt::format("'{}' is not a target", printable(word)));
}

// Whether the word is the path of a list. A word without a slash may only be so by chance.
bool names_a_list(const std::string& word) {
  struct stat status {};
  if (::stat(word.c_str(), &status) != 0) return false;
  return S_ISREG(status.st_mode) || word.find('/') != std::string::npos;
}

void note_list(const std::string& word) {
  if (word.find('/') != std::string::npos) return;
  say("mxsweep: '{}' is a file here, and is read as a list of targets\n", printable(word));
}

}  // namespace

Result<std::vector<files::ListSource>> choose_lists(const ScanFlags& flags) {
  std::vector<files::ListSource> lists;
  for (const std::string& path : flags.input_files) lists.push_back({.path = path, .words = {}});
  std::size_t of_words = 0;  // The list of words comes after so many; 0: there is none yet.
  for (const std::string& word : flags.words) {
    const bool is_list = word == kStandardInput || names_a_list(word);
    if (is_list) {
      if (!flags.quiet && word != kStandardInput) note_list(word);
      lists.push_back({.path = word, .words = {}});
      continue;
    }
    if (Status checked = check_word(word); !checked.ok()) return checked;
    if (of_words == 0) {
      lists.emplace_back();
      of_words = lists.size();
    }
    lists[of_words - 1].words.push_back(word);
  }
  if (lists.empty()) lists.emplace_back();
  if (lists.size() > scan::kListsMax) {
    return Status::unusable(fmt::format("there are more than {} lists", scan::kListsMax));
  }
  const auto is_standard_input = [](const files::ListSource& list) {
    return list.words.empty() && list.path == kStandardInput;
  };
  if (std::ranges::count_if(lists, is_standard_input) > 1) {
    return Status::unusable("standard input ('-') is given twice");
  }
  return lists;
}

}  // namespace mxsweep::cli
