// SPDX-License-Identifier: MIT
#include "mxsweep/message/delivery_report.h"

#include "mxsweep/core/tags.h"
#include "mxsweep/core/utf8.h"

namespace mxsweep::message {
namespace {

std::string value_of(const Headers& headers, std::string_view name) {
  const Field* const field = headers.find(name);
  return field == nullptr ? std::string() : field->value;
}

bool begins_with_word(std::string_view text, std::string_view word) {
  return same_word(text.substr(0, word.size()), word);
}

// The size of the block that `rest` begins with, with the empty line that ends it.
std::size_t size_of_block(std::string_view rest) {
  for (std::size_t line = 0; line < rest.size();) {
    const std::size_t end = rest.find('\n', line);
    if (end == rest.npos) break;
    if (trimmed(rest.substr(line, end - line)).empty()) return end + 1;
    line = end + 1;
  }
  return rest.size();
}

// Of the fields that tell of one recipient.
std::optional<DeliveryReport> report_of(const Headers& fields) {
  const std::string action = value_of(fields, "Action");
  const bool failed = begins_with_word(action, "failed");
  if (!failed && !begins_with_word(action, "delayed")) return std::nullopt;
  const std::string diagnostic = value_of(fields, "Diagnostic-Code");
  return DeliveryReport{
      .failed = failed,
      .status = value_of(fields, "Status").substr(0, std::string_view("5.999.999").size()),
      .diagnostic = std::string(cut_between_characters(diagnostic, kDiagnosticOctetsMax))};
}

}  // namespace

bool may_be_report(const Headers& headers) {
  const Field* const sender = headers.find("Return-Path");
  const std::string submitted = value_of(headers, "Auto-Submitted");
  return begins_with_word(value_of(headers, "Content-Type"), "multipart/report") ||
         (sender != nullptr && sender->value == "<>") ||
         (!submitted.empty() && !begins_with_word(submitted, "no"));
}

std::optional<DeliveryReport> read_delivery_report(std::string_view message) {
  std::string_view rest = message.substr(0, kReportOctetsMax);
  if (!may_be_report(read_headers(rest))) return std::nullopt;
  std::optional<DeliveryReport> delayed;
  for (rest.remove_prefix(size_of_block(rest)); !rest.empty();) {
    const std::size_t size = size_of_block(rest);
    const std::optional<DeliveryReport> report = report_of(read_headers(rest.substr(0, size)));
    if (report && report->failed) return report;
    if (report && !delayed) delayed = report;
    rest.remove_prefix(size);
  }
  return delayed;
}

}  // namespace mxsweep::message
