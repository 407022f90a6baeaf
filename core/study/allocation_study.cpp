// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/allocation_study.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/study/sensitivity.h"

namespace axescope {

namespace {

constexpr std::array<std::string_view, 4> widthKeys{"weight_bits", "activation_bits", "inner_bits", "tile"};

Result<Study> withAllocations(Study study, const std::vector<AllocatedPoint>& points) {
  for (const std::string_view key : widthKeys) {
    AXESCOPE_CHECK(study.set(key, std::vector<SettingValue>{study.values(key).front()}));
  }
  std::vector<SettingValue> overrides;
  overrides.reserve(points.size());
  for (const AllocatedPoint& point : points) overrides.emplace_back(point.overrides);
  AXESCOPE_CHECK(study.set("overrides", std::move(overrides)));
  return study;
}

}  // namespace

Status checkAllocationStudy(const Study& study) {
  for (const SettingInfo& info : settingSchema()) {
    const bool isWidth = std::find(widthKeys.begin(), widthKeys.end(), info.key) != widthKeys.end();
    if (isWidth || study.values(info.key).size() == 1) continue;
    return fail(ErrorCode::invalidArgument, {}, info.flag(), "one value; layers choose among widths only",
                fmt::format("{}", study.values(info.key).size()));
  }
  for (const SettingValue& width : study.values("inner_bits")) {
    if (std::holds_alternative<std::int64_t>(width)) continue;
    return fail(ErrorCode::invalidArgument, {}, "--inner-bits", "widths to choose from", "'auto'");
  }
  if (study.values("overrides").front() == SettingValue{std::string()}) return {};
  return fail(ErrorCode::invalidArgument, {}, "--overrides", "none; they are what is to be found", "some");
}

Result<AllocatedStudy> allocateStudy(const Model& model, const AllocationRequest& request, const Job& job) {
  AXESCOPE_CHECK(checkAllocationStudy(request.study));
  // Layers are looked at one at a time: each sees the float network's values.
  Study grid = request.study;
  AXESCOPE_CHECK(grid.set("propagate", std::string_view("off")));
  AXESCOPE_TRY(const auto candidates, grid.points(model.studyDefaults()));
  AXESCOPE_TRY(const Sensitivities measured, measureSensitivities(model, candidates, request.samples, job));
  AllocatedStudy result;
  AXESCOPE_TRY(result.points, allocatePoints(model, candidates, measured, request.cost, request.points));
  AXESCOPE_TRY(result.study, withAllocations(request.study, result.points));
  result.candidates = candidates.size();
  return result;
}

}  // namespace axescope
