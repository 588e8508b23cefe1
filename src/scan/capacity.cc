// SPDX-License-Identifier: MIT
#include "mxsweep/scan/capacity.h"

#include <algorithm>
#include <bit>

namespace mxsweep::scan {
namespace {

// Standard streams, the list, the output, the certificates, the summary, the signals, the
// resolver's ring and sockets, and descriptors that libraries keep open.
constexpr std::uint32_t kDescriptorsOfProcess = 32;
// A ring and an eventfd.
constexpr std::uint32_t kDescriptorsPerWorker = 2;

// Measured with scripts/bench (memory). A connection: its slot, its timer and the replies of an
// ordinary server. A worker and the process: rings, buffers, queues, libraries.
constexpr std::uint64_t kOctetsOfProcess = 12 * 1024 * 1024;
constexpr std::uint64_t kOctetsPerConnection = 1024;
constexpr std::uint64_t kOctetsPerTlsConnection = 17 * 1024;  // Most of it the library's session.
constexpr std::uint64_t kOctetsPerSurvey = 8 * 1024;  // probe/tls_survey.h, and the visit's result.
constexpr std::uint64_t kOctetsPerWorker = 4 * 1024 * 1024;

// A connection has one operation armed, and at times also a send, an acknowledgement and a timer.
constexpr std::uint32_t kOperationsPerConnection = 4;
constexpr std::uint32_t kSubmissionsLeast = 128;
constexpr std::uint32_t kSubmissionsMost = 4096;
constexpr std::uint32_t kCompletionsPerSubmission = 8;

std::uint32_t submissions_for(std::uint32_t connections) {
  const std::uint32_t most = std::min(connections, kSubmissionsMost);
  return std::clamp(std::bit_ceil(most * kOperationsPerConnection), kSubmissionsLeast,
                    kSubmissionsMost);
}

std::uint32_t descriptors_reserved(const CapacityRequest& request, std::uint32_t threads) {
  return kDescriptorsOfProcess + request.descriptors_besides + kDescriptorsPerWorker * threads;
}

std::uint32_t fitting(const CapacityRequest& request, std::uint32_t threads) {
  const std::uint32_t reserved = descriptors_reserved(request, threads);
  return request.descriptor_limit > reserved ? request.descriptor_limit - reserved : 0;
}

Status too_few_descriptors(std::uint32_t concurrency, std::uint32_t limit, std::uint32_t fits) {
  return Status::machine(
      "--concurrency " + std::to_string(concurrency) + " needs more descriptors than " +
          std::to_string(limit) + " (ulimit -n) leaves: " + std::to_string(fits) +
          " connections fit",
      "raise the limit (ulimit -n), lower --concurrency, or add --exceed-nofile to give each "
      "worker a descriptor table of its own");
}

}  // namespace

Result<Capacity> plan_capacity(const CapacityRequest& request) {
  Capacity capacity;
  capacity.concurrency = request.concurrency != 0 ? request.concurrency : kConcurrencyDefault;
  capacity.threads = request.threads != 0 ? request.threads : request.processors;
  capacity.threads = std::clamp(capacity.threads, 1U, std::min(capacity.concurrency, kThreadsMax));
  capacity.own_descriptor_tables = request.exceed_nofile;
  capacity.fits = fitting(request, capacity.threads);

  if (request.exceed_nofile) {
    // Every table holds a copy of the process's own descriptors, whose number grows with the
    // threads.
    while (static_cast<std::uint64_t>(fitting(request, capacity.threads)) * capacity.threads <
           capacity.concurrency) {
      if (capacity.threads == kThreadsMax) {
        return too_few_descriptors(capacity.concurrency, request.descriptor_limit, capacity.fits);
      }
      ++capacity.threads;
    }
    if (request.threads != 0 && capacity.threads > request.threads) {
      capacity.note = std::to_string(capacity.threads) + " workers instead of " +
                      std::to_string(request.threads) + ": a descriptor table holds " +
                      std::to_string(fitting(request, capacity.threads)) + " connections";
    }
  } else if (capacity.concurrency > capacity.fits) {
    if (request.concurrency != 0 || capacity.fits == 0) {
      return too_few_descriptors(capacity.concurrency, request.descriptor_limit, capacity.fits);
    }
    capacity.concurrency = capacity.fits;
    capacity.threads = std::min(capacity.threads, capacity.concurrency);
    capacity.note = "only " + std::to_string(capacity.fits) +
                    " connections at once fit in the limit on open files (ulimit -n " +
                    std::to_string(request.descriptor_limit) + ")";
  }
  const std::uint32_t in_own_table = fitting(request, capacity.threads);
  capacity.per_worker =
      request.exceed_nofile ? std::min(capacity.concurrency, in_own_table) : capacity.concurrency;
  const std::uint32_t share = (capacity.concurrency + capacity.threads - 1) / capacity.threads;
  capacity.submissions = submissions_for(share);
  capacity.completions = capacity.submissions * kCompletionsPerSubmission;
  const std::uint64_t each = (request.tls ? kOctetsPerTlsConnection : kOctetsPerConnection) +
                             (request.enumerate ? kOctetsPerSurvey : 0);
  capacity.memory_octets =
      kOctetsOfProcess + capacity.threads * kOctetsPerWorker + capacity.concurrency * each;
  return capacity;
}

}  // namespace mxsweep::scan
