// SPDX-License-Identifier: MIT
// The parts of a message: its subject and sentences, the transcript of what was received, and the
// incident as JSON. Pure.
//
//   Shape    Everything returned is valid UTF-8 without harmful characters (watch/plain_text.h).
//   Errors   none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mxsweep/watch/compose.h"

namespace mxsweep::watch {

inline constexpr std::size_t kSubjectOctetsMax = 200;
inline constexpr std::size_t kSummaryOctetsMax = 400;
inline constexpr std::size_t kBodyOctetsMax = 16 * 1024;
inline constexpr std::size_t kNameShownOctets = 80;
inline constexpr std::size_t kEvidenceShown = 3;            // Records of one message.
inline constexpr std::size_t kRecordOctetsMax = 32 * 1024;  // A longer record is left out.

// Of an incident that has ended: its end.
[[nodiscard]] WallTime end_of(const Incident& incident, const Moment& now);
// How many hosts a message of this kind is about.
[[nodiscard]] std::uint32_t count_of(const Incident& incident, MessageKind kind);

// "connect timeout", "greeting silent"
[[nodiscard]] std::string problem_of(const Incident& incident);
// What the checks find fault with: each finding once, with its places and its cure. In lines.
[[nodiscard]] std::string findings_text(const Subject& subject);
[[nodiscard]] std::string findings_json(const Subject& subject);  // An array.
// "400 hosts in 192.0.2.0/24", "mx1.example.net:25 (192.0.2.1)". `with_watched`: "400 of 412
// hosts in 192.0.2.0/24".
[[nodiscard]] std::string affected(const Subject& subject, MessageKind kind, bool with_watched);
[[nodiscard]] std::string subject_line(const Subject& subject, MessageKind kind,
                                       std::uint32_t reminder, const Moment& now);
// What has happened, as one sentence.
[[nodiscard]] std::string sentence_of(const Subject& subject, MessageKind kind, const Moment& now);
// The first members, "mx1.example.net (192.0.2.1, port 587)".
[[nodiscard]] std::vector<std::string> first_members(const Subject& subject);
// The names of the members' groups; several: "several groups".
[[nodiscard]] std::string group_of(const Subject& subject);

// `message`: adds its kind, subject and summary; may be null.
[[nodiscard]] std::string incident_json(const Subject& subject, const Message* message);
[[nodiscard]] std::string digest_json(std::span<const Message> messages, const Message& digest);
[[nodiscard]] std::string plain_json(const Message& message);

}  // namespace mxsweep::watch
