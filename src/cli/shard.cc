// SPDX-License-Identifier: MIT
// The value of --shard: given, or taken from what a scheduler has set.
#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <optional>

#include "cli/certificate_words.h"
#include "cli/scan_order.h"

namespace mxsweep::cli {
namespace {

constexpr std::string_view kSlurm = "slurm";
constexpr std::string_view kKubernetes = "kubernetes";

// A variable of the environment that must be a number. `cure`: what to do if it is missing.
Result<std::uint64_t> read_variable(const char* name, std::string_view cure) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return Status::unusable(fmt::format("{} is not set; {}", name, cure));
  const std::string_view digits = text;
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [reached, error] = std::from_chars(digits.data(), end, number);
  if (error == std::errc{} && reached == end && !digits.empty()) return number;
  return Status::unusable(fmt::format("{} is '{}', which is no number", name, printable(digits)));
}

Result<targets::Shard> shard_of(std::uint64_t number, std::uint64_t count,
                                std::string_view of_what) {
  const std::optional<targets::Shard> shard =
      targets::read_shard(fmt::format("{}/{}", number, count));
  if (shard) return *shard;
  return Status::unusable(fmt::format("{} would be shard {} of {}", of_what, number, count));
}

// The ids of an array may begin with any number and have a step ("--array=10-40:10"). Of one whose
// ids have gaps ("--array=1,3,7"), the place of a task is not known.
Result<targets::Shard> slurm_shard() {
  constexpr std::string_view kCure = "run it in a job array (sbatch --array=1-N), or give I/N";
  const Result<std::uint64_t> id = read_variable("SLURM_ARRAY_TASK_ID", kCure);
  const Result<std::uint64_t> least = read_variable("SLURM_ARRAY_TASK_MIN", kCure);
  const Result<std::uint64_t> most = read_variable("SLURM_ARRAY_TASK_MAX", kCure);
  const Result<std::uint64_t> count = read_variable("SLURM_ARRAY_TASK_COUNT", kCure);
  for (const auto* read : {&id, &least, &most, &count}) {
    if (!read->ok()) return read->status();
  }
  const bool in_order = *least <= *id && *id <= *most && *count > 0;
  const std::uint64_t steps = *count - 1;
  const std::uint64_t step = in_order && steps > 0 ? (*most - *least) / steps : 1;
  if (!in_order || *most - *least != steps * step || (*id - *least) % step != 0) {
    return Status::unusable(
        fmt::format("the job array has {} tasks from {} to {}, not in equal steps, so the shard of "
                    "task {} is not determined; give I/N",
                    *count, *least, *most, *id));
  }
  return shard_of((*id - *least) / step + 1, *count, "the task");
}

Result<targets::Shard> kubernetes_shard(std::string_view count_text) {
  const Result<std::uint64_t> index = read_variable(
      "JOB_COMPLETION_INDEX", "set completionMode: Indexed in the job's spec, or give I/N");
  if (!index.ok()) return index.status();
  if (*index >= targets::kShardsMax) return shard_of(*index, 0, "the pod");
  if (!count_text.empty()) {
    const Result<std::uint64_t> count =
        Command::read_number(std::string(count_text), 1, targets::kShardsMax);
    if (!count.ok()) return count.status();
    return shard_of(*index + 1, *count, "the pod");
  }
  const Result<std::uint64_t> count =
      read_variable("JOB_COMPLETIONS",
                    "Kubernetes sets no variable for the number of completions: give "
                    "kubernetes/N, or set it in the container's env");
  if (!count.ok()) return count.status();
  return shard_of(*index + 1, *count, "the pod");
}

}  // namespace

Result<targets::Shard> choose_shard(const std::string& text) {
  const std::string_view word = text;
  if (word == kSlurm) return slurm_shard();
  if (word == kKubernetes) return kubernetes_shard({});
  if (word.starts_with(kKubernetes) && word.substr(kKubernetes.size()).starts_with('/')) {
    return kubernetes_shard(word.substr(kKubernetes.size() + 1));
  }
  if (const std::optional<targets::Shard> shard = targets::read_shard(word)) return *shard;
  return Status::unusable(fmt::format(
      "'{}' is no shard: write I/N, from 1/N to N/N with N up to {}, or slurm, or kubernetes/N",
      printable(text), targets::kShardsMax));
}

}  // namespace mxsweep::cli
