// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <memory>
#include <string_view>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/bench/temporary_folder.h"
#include "core/bench/workloads.h"
#include "core/dump/layer_metadata.h"
#include "core/hdf5/writer.h"
#include "core/study/runner.h"
#include "core/study/study.h"

namespace axescope::bench {

namespace {

constexpr std::uintmax_t mostDumpBytes = 64U << 20U;

struct LayerSize {
  std::int64_t side = 0;  // K = C
  std::int64_t samples = 0;
};

struct StudiedModel {
  std::shared_ptr<const TemporaryFolder> folder;  // holds the file that the model reads from
  std::unique_ptr<const Model> model;
  std::vector<PointSettings> points;
  std::vector<PointSettings> onePoint;
};

std::span<const float> values(const MatrixF& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

// One linear layer with inputs of its own.
Status writeDump(const std::filesystem::path& path, LayerSize size) {
  LayerInfo info;
  info.name = "layer";
  info.channels = size.side;
  info.inputs = size.side;
  const std::string group = "/layers/" + info.name;
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string("axescope-dump")));
  AXESCOPE_CHECK(writer.attribute("/", "version", std::int64_t{1}));
  AXESCOPE_CHECK(writer.group(group));
  AXESCOPE_CHECK(writeLayerMetadata(writer, group, info));
  const std::array weightShape{size.side, size.side};
  const std::array inputShape{size.samples, size.side};
  AXESCOPE_CHECK(writer.tensor(group + "/weight", weightShape, values(syntheticWeights(size.side, size.side))));
  AXESCOPE_CHECK(writer.tensor(group + "/input", inputShape, values(syntheticInputs(size.samples, size.side).x)));
  return writer.commit();
}

Result<std::vector<PointSettings>> pointsOf(
    std::initializer_list<std::pair<std::string_view, std::string_view>> settings) {
  Study study;
  for (const auto& [key, text] : settings) AXESCOPE_CHECK(study.set(key, text));
  return study.points({});
}

Result<std::shared_ptr<const StudiedModel>> studiedModel(LayerSize size) {
  const auto studied = std::make_shared<StudiedModel>();
  AXESCOPE_TRY(studied->folder, TemporaryFolder::create(mostDumpBytes));
  const std::filesystem::path file = studied->folder->path() / "layer.h5";
  AXESCOPE_CHECK(writeDump(file, size));
  AXESCOPE_TRY(studied->model, Model::open(file));
  AXESCOPE_TRY(studied->points,
               pointsOf({{"algorithm", "gpfq,optq"}, {"inner_bits", "13:18"}, {"tile", "64,128,full"}}));
  AXESCOPE_TRY(studied->onePoint, pointsOf({{"algorithm", "optq"}, {"inner_bits", "16"}, {"tile", "128"}}));
  return studied;
}

TimedWork study(const std::shared_ptr<const StudiedModel>& studied, const std::vector<PointSettings>& points) {
  const auto run = [studied, &points]() -> Status {
    const PointSink sink = [](const PointResult& result) -> Status {
      if (!result.failed()) return {};
      return fail(ErrorCode::numerical, {}, "point", "a finished one", result.failure);
    };
    AXESCOPE_CHECK(runPoints(*studied->model, points, sink, {}));
    return {};
  };
  return {run, static_cast<double>(points.size())};
}

}  // namespace

std::vector<Workload> studyWorkloads(const BenchOptions& options) {
  const LayerSize size = options.quick ? LayerSize{64, 128} : LayerSize{1024, 2048};
  return {{.name = "study/36-points",
           .against = "one point",
           .yardstick = Yardstick::otherTime,
           .target = Target::atMost(6.0),
           .size = fmt::format("K = C = {0}, {1} samples; 6 widths × 3 tiles × 2 algorithms", size.side, size.samples),
           .setup = [size]() -> Result<ReadyWorkload> {
             AXESCOPE_TRY(const auto studied, studiedModel(size));
             return ReadyWorkload{study(studied, studied->points), study(studied, studied->onePoint)};
           },
           .unit = "points"}};
}

}  // namespace axescope::bench
