// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/evaluation.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/base/parallel.h"

namespace axescope {

namespace {

// Storage that batches leave to those after them.
class StoragePool {
 public:
  SpareStorage take() {
    const std::lock_guard lock(mutex_);
    if (pool_.empty()) return {};
    SpareStorage storage = std::move(pool_.back());
    pool_.pop_back();
    return storage;
  }
  void give(SpareStorage storage) {
    const std::lock_guard lock(mutex_);
    pool_.push_back(std::move(storage));
  }

 private:
  std::mutex mutex_;
  std::vector<SpareStorage> pool_;
};

// Keeps the failure of the earliest batch, whichever thread met one first.
class FirstFailure {
 public:
  void note(std::int64_t position, Error error) {
    const std::lock_guard lock(mutex_);
    if (position >= position_) return;
    position_ = position;
    error_ = std::move(error);
  }
  Status status() && {
    if (position_ == none) return {};
    return fail(std::move(error_));
  }

 private:
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::max();
  std::mutex mutex_;
  std::int64_t position_ = none;
  Error error_;
};

// Room for the state of all samples at state.node.
void reserve(const Network& network, std::int64_t samples, NetworkState& state) {
  state.values.assign(network.nodes().size() + 1, {});
  for (const std::size_t value : network.liveValues(state.node)) {
    Shape shape = network.valueShape(value);
    shape.insert(shape.begin(), samples);
    prepare(state.values[value], shape);
  }
}

}  // namespace

std::int64_t forwardBatchSize(const Network& network) {
  constexpr std::int64_t mostBatchValues = 1 << 16;
  constexpr std::int64_t mostSamples = 32;
  std::int64_t largest = 1;
  for (std::size_t value = 0; value <= network.nodes().size(); ++value) {
    largest = std::max(largest, elements(network.valueShape(value)));
  }
  return std::clamp(mostBatchValues / largest, std::int64_t{1}, mostSamples);
}

std::int64_t NetworkState::bytes(const Network& network, std::size_t node, std::int64_t samples) {
  std::int64_t values = 0;
  for (const std::size_t value : network.liveValues(node)) values += elements(network.valueShape(value));
  return values * samples * static_cast<std::int64_t>(sizeof(float));
}

OutputVisitor intoRows(MatrixF& rows) {
  return [&rows](std::int64_t first, const Tensor& outputs) -> Status {
    std::copy(outputs.data.begin(), outputs.data.end(), rows.data() + first * rows.cols());
    return {};
  };
}

Result<MatrixF> forwardAll(const Network& network, const BatchLoader& load, std::int64_t count,
                           const LayerFunction& layer, const Job& job) {
  MatrixF rows(std::max<std::int64_t>(count, 0), elements(network.valueShape(network.outputValue())));
  AXESCOPE_CHECK(forwardAll(network, load, count, layer, nullptr, nullptr, intoRows(rows), job));
  return rows;
}

Status forwardAll(const Network& network, const BatchLoader& load, std::int64_t count, const LayerFunction& layer,
                  const NetworkState* start, NetworkState* keep, const OutputVisitor& visit, const Job& job) {
  if (count < 1) return fail(ErrorCode::empty, {}, "samples", "at least one", fmt::format("{}", count));
  const std::int64_t batchSize = forwardBatchSize(network);
  const std::int64_t batches = (count + batchSize - 1) / batchSize;
  const std::size_t nodes = network.nodes().size();
  const std::size_t firstNode = start == nullptr ? 0 : start->node;
  const std::size_t middle = keep == nullptr ? firstNode : keep->node;
  const std::vector<std::size_t> given = network.liveValues(firstNode);
  FirstFailure failure;
  StoragePool pool;
  std::atomic<std::int64_t> done = 0;
  if (keep != nullptr) reserve(network, count, *keep);
  const auto oneBatch = [&](Batch batch) -> Status {
    AXESCOPE_CHECK(job.check());
    std::vector<Tensor> values(nodes + 1);
    const std::int64_t rows = std::min(batchSize, count - batch.first);
    AXESCOPE_TRY(Tensor samples, std::move(batch.samples));
    if (samples.samples() != rows) {
      return fail(ErrorCode::wrongShape, {}, "samples", fmt::format("{} from {}", rows, batch.first),
                  fmt::format("{}", samples.samples()));
    }
    if (start == nullptr) AXESCOPE_CHECK(network.checkInput(samples.shape));
    values[given.front()] = std::move(samples);
    for (const std::size_t value : std::span(given).subspan(1)) {
      values[value] = start->values[value].slice(batch.first, rows);
    }
    SpareStorage spare = pool.take();
    AXESCOPE_CHECK(network.runNodes(firstNode, middle, values, layer, spare));
    if (keep != nullptr) {
      for (const std::size_t value : network.liveValues(middle)) {
        Tensor& all = keep->values[value];
        std::copy(values[value].data.begin(), values[value].data.end(),
                  all.data.begin() + batch.first * all.sampleSize());
      }
    }
    if (visit) {
      AXESCOPE_CHECK(network.runNodes(middle, nodes, values, layer, spare));
      AXESCOPE_CHECK(visit(batch.first, values[network.outputValue()]));
      job.report(static_cast<std::size_t>(done += rows), static_cast<std::size_t>(count), "evaluation");
    }
    pool.give(std::move(spare));
    return {};
  };
  const BatchLoader fromState = [&](std::int64_t first, std::int64_t rows) -> Result<Tensor> {
    return start->values[given.front()].slice(first, rows);
  };
  {
    ReadAhead reader(start == nullptr ? load : fromState, count, batchSize,
                     static_cast<std::size_t>(availableThreads()) + 1);
    parallelFor(static_cast<std::size_t>(batches), [&](std::size_t) {
      std::optional<Batch> batch = reader.next();
      if (!batch) return;
      const std::int64_t first = batch->first;
      if (auto status = oneBatch(*std::move(batch)); !status) {
        failure.note(first, std::move(status).error());
        reader.close();
      }
    });
  }
  return std::move(failure).status();
}

namespace {

// Samples that pass a stage together: whole batches, and no more than their states have room for.
std::int64_t samplesAtOnce(const Network& network, const std::vector<std::size_t>& ends, std::int64_t count) {
  constexpr std::int64_t mostStateBytes = std::int64_t{256} << 20;
  if (ends.size() == 1) return count;
  std::int64_t perSample = 1;
  for (const std::size_t end : std::span(ends).first(ends.size() - 1)) {
    perSample = std::max(perSample, NetworkState::bytes(network, end, 1));
  }
  const std::int64_t batchSize = forwardBatchSize(network);
  const std::int64_t batches = std::max<std::int64_t>(1, mostStateBytes / (2 * perSample * batchSize));
  return std::min(count, batches * batchSize);
}

// Passes on numbers of a part's samples as those of the whole.
Job partOf(const Job& job, std::int64_t first, std::int64_t count) {
  Job part = job;
  if (!job.onProgress) return part;
  part.onProgress = [report = job.onProgress, first, count](const Progress& progress) {
    report({progress.done + static_cast<std::size_t>(first), static_cast<std::size_t>(count), progress.what});
  };
  return part;
}

}  // namespace

Status forwardInStages(const Network& network, const BatchLoader& load, std::int64_t count, const LayerFunction& layer,
                       const StageVisitor& enter, const OutputVisitor& visit, const Job& job) {
  const std::vector<std::size_t> ends = network.stages();
  const std::int64_t most = samplesAtOnce(network, ends, count);
  for (std::int64_t begin = 0; begin == 0 || begin < count; begin += std::max<std::int64_t>(1, most)) {
    const std::int64_t here = std::min(most, count - begin);
    const Job part = partOf(job, begin, count);
    const BatchLoader loadPart = [&](std::int64_t first, std::int64_t rows) { return load(begin + first, rows); };
    const OutputVisitor visitPart = [&](std::int64_t first, const Tensor& outputs) {
      return visit(begin + first, outputs);
    };
    std::optional<NetworkState> reached;
    std::size_t from = 0;
    for (const std::size_t end : ends) {
      if (enter) AXESCOPE_CHECK(enter(from, end));
      const bool last = end == network.nodes().size();
      NetworkState next{.node = end, .values = {}};
      AXESCOPE_CHECK(forwardAll(network, loadPart, here, layer, reached ? &*reached : nullptr, last ? nullptr : &next,
                                last ? visitPart : OutputVisitor(), part));
      reached = std::move(next);
      from = end;
    }
  }
  return {};
}

}  // namespace axescope
