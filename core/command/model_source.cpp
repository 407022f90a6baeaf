// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/model_source.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>

#include "core/study/memory_plan.h"

namespace axescope {

namespace {

constexpr int mostThreads = 4096;
constexpr std::array<std::string_view, 4> axisOrders{"OI", "IO", "OIHW", "HWIO"};

// The last axis order between colons: what is before it is the dataset, what is after it the inputs.
struct AxisOrderAt {
  std::size_t begin = std::string::npos;
  std::size_t end = 0;
};
AxisOrderAt findAxisOrder(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0) {
    const std::size_t colon = text.rfind(':', end - 1);
    if (colon == std::string_view::npos) break;
    const std::string_view part = text.substr(colon + 1, end - colon - 1);
    if (std::find(axisOrders.begin(), axisOrders.end(), part) != axisOrders.end()) return {colon + 1, end};
    end = colon;
  }
  return {};
}

}  // namespace

void addModelSource(CLI::App& app, ModelSource& source) {
  app.add_option("FILE", source.file, "Dump to read: AxeScope or Keras HDF5, or any HDF5 with --map")
      ->option_text(" ")
      ->required();
  app.add_option("--map", source.maps,
                 "A layer in an HDF5 file of another kind: its name, its weights and what\n"
                 "their axes mean (OI, IO, OIHW or HWIO), and optionally its calibration\n"
                 "inputs. May be repeated.")
      ->option_text("NAME=/DATASET:OI[:/INPUTS]")
      ->allow_extra_args(false);
  addThreads(app, source.threads);
}

void addThreads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads to work with (default: all of the machine's)")
      ->option_text("N")
      ->check(CLI::Range(1, mostThreads));
}

void addMemory(CLI::App& app, std::int64_t& memory) {
  app.add_option("--memory", memory,
                 "Memory for what points share, as 8G or 500M: less of it means fewer points\n"
                 "at once and inputs read again (default: half of the machine's)")
      ->option_text("SIZE")
      ->transform(CLI::AsSizeValue(false))
      ->check(CLI::PositiveNumber);
}

Result<LayerMapping> parseMapping(const std::string& text) {
  const std::size_t equals = text.find('=');
  const AxisOrderAt order = findAxisOrder(text);
  if (equals == 0 || equals == std::string::npos || order.begin == std::string::npos || order.begin < equals + 3) {
    return fail(ErrorCode::invalidArgument, {}, "--map", "NAME=/DATASET:ORDER with ORDER one of OI, IO, OIHW, HWIO",
                "'" + text + "'");
  }
  LayerMapping mapping;
  mapping.name = text.substr(0, equals);
  if (mapping.name.find('/') != std::string::npos || mapping.name == ".") {
    return fail(ErrorCode::invalidArgument, {}, "--map", "a layer name without /", "'" + mapping.name + "'");
  }
  mapping.dataset = text.substr(equals + 1, order.begin - equals - 2);
  mapping.axisOrder = text.substr(order.begin, order.end - order.begin);
  if (order.end < text.size()) mapping.input = text.substr(order.end + 1);
  return mapping;
}

Result<std::unique_ptr<Model>> openModel(const ModelSource& source) {
  return openModel(source, mostWeightBytes(source.memory));
}

Result<std::unique_ptr<Model>> openModel(const ModelSource& source, std::int64_t mostWeightBytes) {
  std::vector<LayerMapping> mappings;
  for (const std::string& text : source.maps) {
    AXESCOPE_TRY(LayerMapping mapping, parseMapping(text));
    mappings.push_back(std::move(mapping));
  }
  return Model::open(source.file, mappings, mostWeightBytes);
}

}  // namespace axescope
