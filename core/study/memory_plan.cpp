// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/memory_plan.h"

#include <algorithm>

#include <fmt/format.h>
#include <unistd.h>

#include "core/hdf5/text.h"
#include "core/network/calibration.h"
#include "core/study/preparation.h"
#include "core/study/transformation.h"

namespace axescope {

namespace {

// Bytes a value takes in each of its forms.
constexpr std::int64_t weightBytes = 4;    // float
constexpr std::int64_t pointBytes = 5;     // codes in 16 bits, and in 16 and 8 once more for the datapath
constexpr std::int64_t squareBytes = 20;   // of S, X X̃ᵀ − S and the spread, a pair of inputs
constexpr std::int64_t feedbackBytes = 8;  // of R and D
constexpr std::int64_t factorBytes = 16;   // of copies while R and D are made
constexpr std::int64_t columnBytes = 1024 * 9 + 128 * 10;  // of an input, while statistics and codes are made

constexpr std::int64_t weightShare = 4;  // of the memory, for float weights
// Smaller things are kept where there is but one point too: they are not worth reading or computing again.
constexpr std::int64_t smallBytes = std::int64_t{256} << 20;

// A batch ends within a few seconds, so that its points appear while the next one is at work.
constexpr std::int64_t mostPointsAtOnce = 16;
constexpr double multiplyAddsAtOnce = 2e11;

struct Needs {
  std::int64_t weights = 0;
  std::int64_t largestWeights = 0;  // of one layer
  std::int64_t squares = 0;         // Σ K² over groups
  std::int64_t largestSquares = 0;  // of one layer
  std::int64_t longest = 0;         // K
  double multiplyAdds = 0.0;        // of one point
};

Needs needsOf(const Model& model, const PointSettings& key) {
  Needs needs;
  for (std::size_t index = 0; index < model.dump().layers().size(); ++index) {
    if (!isSelected(model, key, index)) continue;
    const LayerInfo& info = model.dump().layers()[index];
    const std::int64_t squares = info.groups() * info.k() * info.k();
    needs.weights += info.weights();
    needs.largestWeights = std::max(needs.largestWeights, info.weights());
    needs.squares += squares;
    needs.largestSquares = std::max(needs.largestSquares, squares);
    needs.longest = std::max(needs.longest, info.k());
    needs.multiplyAdds += static_cast<double>(info.weights()) * static_cast<double>(info.k());
  }
  return needs;
}

}  // namespace

std::int64_t defaultMemory() {
  return std::int64_t{sysconf(_SC_PHYS_PAGES)} * std::int64_t{sysconf(_SC_PAGE_SIZE)} / 2;
}

std::int64_t mostWeightBytes(std::int64_t memory) {
  return (memory > 0 ? memory : defaultMemory()) / weightShare;
}

std::int64_t mostWeightBytesOfOnePoint(std::int64_t memory) {
  return std::min(mostWeightBytes(memory), smallBytes);
}

Result<MemoryPlan> planMemory(const Model& model, const PointSettings& key, std::int64_t memory, int threads) {
  const std::int64_t available = memory > 0 ? memory : defaultMemory();
  Needs needs = needsOf(model, key);
  const std::int64_t largest = needs.largestSquares * (squareBytes + feedbackBytes);
  // A transformed network has weights of its own. Without transforms they are read again where they are not all kept.
  const std::int64_t copies = wantsTransforms(key) ? needs.weights * weightBytes : 0;
  const std::int64_t weights = std::min(needs.weights * weightBytes, model.mostWeightBytes()) + copies;
  // Of codes in a file: those at work, and of as many layers as the network runs at once.
  const std::int64_t codes = needs.weights * pointBytes;
  const std::int64_t codesAtWork =
      std::min(codes, needs.largestWeights * pointBytes + model.mostWeightBytes() / weightBytes * pointBytes);
  const bool walks = model.canPropagate();
  const bool propagates = key.propagation == Propagation::on;
  std::int64_t walk = 0;
  if (walks) {
    const std::int64_t all = model.dump().calibrationShape().front();
    const std::int64_t samples = key.calibrationSamples > 0 ? std::min(key.calibrationSamples, all) : all;
    AXESCOPE_TRY(const Network network, model.network()->resized(model.dump().calibrationShape()));
    walk = samples * walkBytesPerSample(network);
    for (std::size_t layer = 0; propagates && layer < network.layerCount(); ++layer) {
      // Products of inputs with inputs and the layer itself, in float and in integers.
      const LayerInfo& info = model.dump().layers()[layer];
      const double macs = static_cast<double>(samples * network.macsPerSample(layer));
      needs.multiplyAdds +=
          macs * (2.0 + 1.5 * static_cast<double>(info.k()) / static_cast<double>(info.channelsPerGroup()));
    }
  }
  MemoryPlan plan;
  const auto total = [&](std::int64_t workers, std::int64_t points) {
    std::int64_t fixed = weights + needs.longest * columnBytes;
    std::int64_t perWorker = needs.largestSquares * factorBytes;
    if (!walks) {
      fixed += largest;
    } else if (propagates || !plan.keepsStatistics) {
      perWorker += walk + largest;
    } else {
      fixed += std::max(walk, needs.squares * feedbackBytes) + needs.squares * squareBytes;
    }
    const std::int64_t perPoint = (plan.codes > 0 ? codes : codesAtWork) + (propagates ? walk : 0);
    return fixed + workers * (perWorker + points * perPoint);
  };
  if (total(1, 1) > available) plan.keepsStatistics = false;
  if (total(1, 1) > available) plan.codes = 0;
  if (total(1, 1) > available) {
    return fail(ErrorCode::tooLarge, model.dump().fileName(), {},
                hdf5::describeBytes(static_cast<std::uint64_t>(total(1, 1))) +
                    " of memory for one point; select fewer layers or raise --memory",
                hdf5::describeBytes(static_cast<std::uint64_t>(available)));
  }
  plan.workers = threads;
  while (total(plan.workers, 1) > available) --plan.workers;
  const double wanted = multiplyAddsAtOnce / std::max(1.0, needs.multiplyAdds);
  plan.pointsAtOnce = static_cast<int>(std::clamp(wanted, 1.0, static_cast<double>(mostPointsAtOnce)));
  while (plan.pointsAtOnce > 1 && total(plan.workers, plan.pointsAtOnce) > available) --plan.pointsAtOnce;
  const std::int64_t rest = available - total(plan.workers, plan.pointsAtOnce);
  plan.evaluation = rest / 2;
  plan.layerInputs = (walks ? 0 : largest) + rest - plan.evaluation;
  return plan;
}

Result<MemoryPlan> planOnePoint(const Model& model, const PointSettings& key, std::int64_t memory) {
  AXESCOPE_TRY(MemoryPlan plan, planMemory(model, key, memory, 1));
  const std::int64_t statistics = needsOf(model, key).squares * (squareBytes + feedbackBytes);
  plan.keepsStatistics = plan.keepsStatistics && statistics <= smallBytes;
  plan.codes = std::min(plan.codes, smallBytes);
  plan.layerInputs = std::min(plan.layerInputs, smallBytes);
  return plan;
}

}  // namespace axescope
