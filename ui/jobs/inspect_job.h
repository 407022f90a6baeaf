// SPDX-License-Identifier: GPL-3.0-or-later
// Quantizes one point in the background so that its integers can be looked at. The latest request wins; the last few
// answers are kept.
#pragma once

#include <QObject>
#include <list>
#include <memory>

#include "core/base/error.h"
#include "core/study/model.h"
#include "ui/jobs/latest_job.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

struct InspectRequest {
  std::shared_ptr<const Model> model;
  PointSettings settings;  // propagation resolved
  QString title;
  std::string provenance;
};

class InspectJob : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// Input samples of each layer that are kept as codes, for emulation and histograms.
  static constexpr std::int64_t inputSamples = 32;

  void start(const InspectRequest& request);
  void cancel();
  bool running() const { return job_.running(); }
  /// What was asked for last, if it is there.
  const std::shared_ptr<const Inspection>& current() const { return current_; }
  /// Shows what was read from a file instead.
  void show(std::shared_ptr<const Inspection> inspection);
  /// Why there is nothing; one line.
  const QString& problem() const { return problem_; }

 Q_SIGNALS:
  /// current(), running() or problem() changed.
  void changed();

 private:
  struct Kept {
    std::shared_ptr<const Model> model;
    PointSettings settings;
    std::shared_ptr<const Inspection> inspection;
  };
  using Answer = Result<std::shared_ptr<const Inspection>>;
  void finish(const InspectRequest& request, const Answer& answer);

  std::list<Kept> kept_;  // newest first
  std::shared_ptr<const Inspection> current_;
  QString problem_;
  std::optional<InspectRequest> running_;
  LatestJob<Answer> job_;
};

}  // namespace axescope::ui
