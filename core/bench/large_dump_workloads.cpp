// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/bench/large_dump.h"
#include "core/bench/temporary_folder.h"
#include "core/bench/workloads.h"
#include "core/study/quantized_point.h"
#include "core/study/study.h"

namespace axescope::bench {

namespace {

// Made by the first row that needs it, shared by the others.
class SharedDump {
 public:
  explicit SharedDump(const LargeDumpSize& size) : size_(size) {}

  Result<std::filesystem::path> file() {
    if (!folder_) {
      constexpr std::uintmax_t headroom = std::uintmax_t{1} << 30U;
      AXESCOPE_TRY(const auto folder, TemporaryFolder::create(size_.bytes() + headroom));
      AXESCOPE_CHECK(writeLargeDump(folder->path() / fileName, size_));
      folder_ = folder;
    }
    return folder_->path() / fileName;
  }

 private:
  static constexpr const char* fileName = "large.h5";
  LargeDumpSize size_;
  std::shared_ptr<const TemporaryFolder> folder_;
};

TimedWork opening(const std::shared_ptr<SharedDump>& dump, const std::filesystem::path& file) {
  const auto run = [dump, file]() -> Status {
    AXESCOPE_CHECK(Model::open(file));
    return {};
  };
  return {run, 0.0};
}

// One layer, with everything that `quantize` does but hashing and writing files.
TimedWork quantizing(const std::shared_ptr<SharedDump>& dump, const std::filesystem::path& file) {
  const auto run = [dump, file]() -> Status {
    AXESCOPE_TRY(const auto model, Model::open(file));
    PointSettings settings;
    settings.propagation = Propagation::off;
    settings.layers = largeDumpLayer;
    settings.tileSize = 128;
    constexpr std::int64_t keptInputs = 64;
    AXESCOPE_CHECK(quantizePoint(*model, settings, "bench", keptInputs, {}));
    return {};
  };
  return {run, 0.0};
}

}  // namespace

std::vector<Workload> largeDumpWorkloads(const BenchOptions& options) {
  if (!options.large) return {};
  const LargeDumpSize size = options.quick ? LargeDumpSize{.layers = 4, .k = 128, .samples = 256} : LargeDumpSize{};
  const auto dump = std::make_shared<SharedDump>(size);
  const std::string text = fmt::format("{:.1f} GiB", static_cast<double>(size.bytes()) / (1U << 30U));
  const std::string layerText = fmt::format("K = C = {}, {} samples of a dump of {}", size.k, size.samples, text);
  const auto setup = [dump](TimedWork (*work)(const std::shared_ptr<SharedDump>&, const std::filesystem::path&)) {
    return [dump, work]() -> Result<ReadyWorkload> {
      AXESCOPE_TRY(const auto file, dump->file());
      return ReadyWorkload{work(dump, file), {}};
    };
  };
  return {{.name = "large/open",
           .against = "",
           .yardstick = Yardstick::clock,
           .target = Target::atMost(0.5),
           .size = text,
           .setup = setup(opening)},
          {.name = "large/open-memory",
           .against = "",
           .yardstick = Yardstick::memory,
           .target = Target::atMost(100.0),
           .size = text,
           .setup = setup(opening)},
          {.name = "large/quantize-memory",
           .against = "",
           .yardstick = Yardstick::memory,
           .target = {},
           .size = layerText,
           .setup = setup(quantizing)}};
}

}  // namespace axescope::bench
