// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/provenance.h"

#include <chrono>

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

std::string Provenance::toJson() const {
  nlohmann::json settingsJson = nlohmann::json::parse(settings, nullptr, false);
  if (settingsJson.is_discarded()) settingsJson = settings;
  return nlohmann::json{{"application", "AxeScope"},
                        {"version", version},
                        {"libraries", libraries},
                        {"input", inputFile},
                        {"input_sha256", inputSha256},
                        {"model", model},
                        {"task", task},
                        {"created", created},
                        {"seed", seed},
                        {"settings", settingsJson}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
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
  provenance.seed = std::get<std::int64_t>(study.values("seed").front());
  return provenance;
}

}  // namespace axescope
