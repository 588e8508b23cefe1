// SPDX-License-Identifier: MIT
// How a function reports a failure: its kind, a sentence for the user, and perhaps a cure.
//
//   Shape     Status where there is nothing else to return, Result where there is a value. Neither
//             can be ignored. Neither reports what a peer did wrong: each room has values of its
//             own for that.
//   Words     a sentence without a full stop, so that it can follow other words: "list.txt: No such
//             file or directory". A cure is an instruction: "raise the limit (ulimit -n)".
//   Lifetime  a Status can be copied but not moved from, so passing it on never empties it.
//   Memory    nothing is allocated unless something failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mxsweep/core/invariant.h"

namespace mxsweep {

class [[nodiscard]] Status {
 public:
  // One for each different reaction.
  enum class Kind : std::uint8_t {
    ok,
    unusable,  // What was given cannot be used: a flag, a name, a file. Give another.
    machine,   // This machine cannot do it: memory, descriptors, a policy. The cure changes that.
    io,        // Something that was in use has failed: a file, a port, a ring.
  };

  Status() = default;  // No failure.
  Status(const Status&) = default;
  Status& operator=(const Status&) = default;
  ~Status() = default;

  static Status unusable(std::string sentence) { return {Kind::unusable, std::move(sentence), {}}; }
  // A cure may be missing where only the caller knows one.
  static Status machine(std::string sentence, std::string cure = {}) {
    return {Kind::machine, std::move(sentence), std::move(cure)};
  }
  static Status io(std::string sentence) { return {Kind::io, std::move(sentence), {}}; }

  [[nodiscard]] bool ok() const { return kind_ == Kind::ok; }
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] const std::string& sentence() const { return sentence_; }  // Empty: no failure.
  [[nodiscard]] const std::string& cure() const { return cure_; }

  // The same failure, with the name of what failed before the sentence: "NAME: SENTENCE".
  [[nodiscard]] Status behind(std::string_view name) const {
    return ok() ? *this : Status(kind_, std::string(name) + ": " + sentence_, cure_);
  }
  // Sentence and cure in one line, with `before_cure` between them.
  [[nodiscard]] std::string line(std::string_view before_cure) const {
    return cure_.empty() ? sentence_ : sentence_ + std::string(before_cure) + cure_;
  }

  friend bool operator==(const Status&, const Status&) = default;

 private:
  Status(Kind kind, std::string sentence, std::string cure)
      : kind_(kind), sentence_(std::move(sentence)), cure_(std::move(cure)) {
    INVARIANT(!sentence_.empty());
  }

  Kind kind_ = Kind::ok;
  std::string sentence_;
  std::string cure_;
};

// A value, or why there is none.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : value_(std::move(value)) {}  // NOLINT: `return value;` is the point.
  Result(const Status& status) : status_(status) {   // NOLINT: and so is `return status;`.
    INVARIANT(!status_.ok());
  }

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }

  // Requires: ok().
  [[nodiscard]] Value& operator*() & { return get(); }
  [[nodiscard]] const Value& operator*() const& {
    INVARIANT(ok());
    return *value_;
  }
  [[nodiscard]] Value operator*() && { return std::move(get()); }
  [[nodiscard]] Value* operator->() { return &get(); }
  [[nodiscard]] const Value* operator->() const { return &**this; }

 private:
  Value& get() {
    INVARIANT(ok());
    return *value_;
  }

  Status status_;
  std::optional<Value> value_;
};

}  // namespace mxsweep
