// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a study, as a point's settings and as provenance. A study that is accepted survives its own JSON.
#include <cstdlib>

#include "core/study/provenance.h"
#include "core/study/study.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace axescope;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto study = Study::fromJson(text, "fuzzed")) {
    const auto again = Study::fromJson(study->toJson(), "fuzzed");
    if (!again || !(*again == *study)) std::abort();
    (void)study->points({});
  } else if (study.error().line().find('\n') != std::string::npos) {
    std::abort();
  }
  if (const auto settings = settingsFromJson(text, "fuzzed")) {
    const auto again = settingsFromJson(toJson(*settings), "fuzzed");
    if (!again || !(*again == *settings)) std::abort();
  }
  const Provenance provenance = Provenance::fromJson(text);
  (void)provenance.toJson();
  (void)toJsonList(runsFromJson(text));
  (void)toJsonList(textsFromJson(text));
  return 0;
}
