// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/provenance.h"

#include <chrono>
#include <utility>

#include <Eigen/Core>
#include <H5public.h>
#include <dnnl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/opensslv.h>
#include <tbb/version.h>

#include "axescope_version.h"

namespace axescope {

std::string libraryVersions() {
  const dnnl_version_t* dnnl = dnnl_version();
  return fmt::format(
      "HDF5 {}.{}.{}, oneDNN {}.{}.{}, Eigen {}.{}.{}, oneTBB {}.{}, OpenSSL {}, fmt {}.{}.{}, nlohmann-json {}.{}.{}",
      H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE, dnnl->major, dnnl->minor, dnnl->patch, EIGEN_WORLD_VERSION,
      EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, TBB_VERSION_MAJOR, TBB_VERSION_MINOR, OPENSSL_VERSION_STR,
      FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100, NLOHMANN_JSON_VERSION_MAJOR,
      NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
}

namespace {

using nlohmann::json;

// Text that is no JSON, as of a file that another program changed, is no value.
json parsed(const std::string& text) {
  constexpr int deepest = 16;
  const json::parser_callback_t shallow = [](int depth, json::parse_event_t, json&) { return depth <= deepest; };
  return json::parse(text, shallow, false);
}

json asObject(const Provenance& run) {
  json settings = parsed(run.settings);
  if (settings.is_discarded()) settings = run.settings;
  json object{{"application", "AxeScope"},
              {"version", run.version},
              {"libraries", run.libraries},
              {"input", run.inputFile},
              {"input_sha256", run.inputSha256},
              {"model", run.model},
              {"task", run.task},
              {"created", run.created},
              {"seed", run.seed},
              {"settings", std::move(settings)}};
  if (!run.mappings.empty()) object["mappings"] = run.mappings;
  if (!run.earlier.empty()) {
    object["earlier"] = json::array();
    for (const Provenance& one : run.earlier) object["earlier"].push_back(asObject(one));
  }
  return object;
}

std::string line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> all;
  if (!list.is_array()) return all;
  for (const json& item : list) {
    if (item.is_string()) all.push_back(item.get<std::string>());
  }
  return all;
}

Provenance fromObject(const json& object) {
  Provenance run;
  if (!object.is_object()) return run;
  const std::pair<const char*, std::string*> members[] = {{"version", &run.version}, {"libraries", &run.libraries},
                                                          {"input", &run.inputFile}, {"input_sha256", &run.inputSha256},
                                                          {"model", &run.model},     {"task", &run.task},
                                                          {"created", &run.created}};
  for (const auto& [key, member] : members) {
    const auto found = object.find(key);
    if (found != object.end() && found->is_string()) *member = found->get<std::string>();
  }
  if (const auto seed = object.find("seed"); seed != object.end() && seed->is_number_integer()) {
    run.seed = seed->get<std::int64_t>();
  }
  constexpr int indent = 2;  // as Study::toJson() writes it
  const auto settings = object.find("settings");
  if (settings != object.end()) {
    run.settings = settings->is_string() ? settings->get<std::string>() : settings->dump(indent);
  }
  run.mappings = texts(object.value("mappings", json::array()));
  for (const json& one : object.value("earlier", json::array())) run.earlier.push_back(fromObject(one));
  return run;
}

}  // namespace

std::string Provenance::toJson() const {
  return line(asObject(*this));
}

Provenance Provenance::fromJson(const std::string& text) {
  return fromObject(parsed(text));
}

Provenance resumedProvenance(Provenance stored, Provenance resuming) {
  std::vector<Provenance> earlier = std::exchange(stored.earlier, {});
  const bool same = stored.settings == resuming.settings && stored.version == resuming.version &&
                    stored.libraries == resuming.libraries;
  if (same) {
    resuming.created = stored.created;
  } else {
    earlier.push_back(std::move(stored));
  }
  resuming.earlier = std::move(earlier);
  return resuming;
}

std::string toJsonList(const std::vector<std::string>& texts) {
  return line(json(texts));
}

std::string toJsonList(const std::vector<Provenance>& runs) {
  json list = json::array();
  for (const Provenance& run : runs) list.push_back(asObject(run));
  return line(list);
}

std::vector<std::string> textsFromJson(const std::string& list) {
  return texts(parsed(list));
}

std::vector<Provenance> runsFromJson(const std::string& list) {
  std::vector<Provenance> runs;
  const json all = parsed(list);
  if (!all.is_array()) return runs;
  for (const json& one : all) runs.push_back(fromObject(one));
  return runs;
}

Result<Provenance> makeProvenance(const Model& model, const Study& study) {
  Provenance provenance;
  provenance.inputFile = model.dump().fileName();
  AXESCOPE_TRY(provenance.inputSha256, model.sha256());
  provenance.model = model.dump().model();
  provenance.task = name(model.dump().task());
  provenance.settings = study.toJson();
  provenance.version = versionString;
  provenance.libraries = libraryVersions();
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  provenance.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  for (const LayerMapping& mapping : model.mappings()) provenance.mappings.push_back(toText(mapping));
  provenance.seed = std::get<std::int64_t>(study.values("seed").front());
  return provenance;
}

}  // namespace axescope
