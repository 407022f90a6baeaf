// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/app_state.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <algorithm>
#include <utility>

#include "axescope_version.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

AppState::AppState(QObject* parent) : QObject(parent) {
  connect(&open_, &OpenJob::opened, this, &AppState::take);
  connect(&sweep_, &SweepJob::resultsOpened, this, [this](const Provenance& file) { provenance_ = file; });
  connect(&sweep_, &SweepJob::pointsArrived, &points_, &PointsModel::append);
  connect(this, &AppState::modelsChanged, &costTable_, &CostTable::price);
  connect(&points_, &PointsModel::pointsChanged, this, &AppState::drawTogether);
}

std::shared_ptr<const Model> AppState::model() const {
  return current_ < 0 ? nullptr : models_[static_cast<std::size_t>(current_)].model;
}

QString AppState::modelPath() const {
  return current_ < 0 ? QString() : models_[static_cast<std::size_t>(current_)].path;
}

void AppState::setCurrentModel(int index) {
  if (index == current_ || index < 0 || index >= static_cast<int>(models_.size())) return;
  current_ = index;
  Q_EMIT modelChanged();
}

void AppState::closeModel(int index) {
  if (index < 0 || index >= static_cast<int>(models_.size())) return;
  const bool isCurrent = index == current_;
  if (isCurrent && sweep_.running()) sweep_.cancel();
  models_.erase(models_.begin() + index);
  if (index <= current_) --current_;
  if (current_ < 0 && !models_.empty()) current_ = 0;
  Q_EMIT modelsChanged();
  if (isCurrent) Q_EMIT modelChanged();
}

Provenance AppState::provenance() const {
  if (provenance_) return *provenance_;
  if (const auto current = model()) {
    if (auto made = makeProvenance(*current, edits_.study())) return *std::move(made);
  }
  Provenance provenance;
  provenance.version = versionString;
  provenance.settings = edits_.study().toJson();
  return provenance;
}

void AppState::setTheme(const Theme& theme) {
  theme_ = theme;
  Q_EMIT themeChanged();
}

void AppState::open(const QString& path) {
  wanted_ = path;
  Q_EMIT openingStarted(path);
  open_.open(path);
}

void AppState::openTogether(const QStringList& paths) {
  openAll(paths, false);
}

void AppState::addResults(const QStringList& paths) {
  openAll(paths, true);
}

// A dialog that was cancelled names no files: those on their way stay.
void AppState::openAll(const QStringList& paths, bool joins) {
  if (paths.isEmpty()) return;
  joins_ = joins;
  queue_ = paths;
  openNext();
}

void AppState::openNext() {
  fromQueue_ = queue_.isEmpty() ? QString() : queue_.takeFirst();
  if (!fromQueue_.isEmpty()) open(fromQueue_);
}

bool AppState::isAdded(const QString& path) const {
  return std::any_of(added_.begin(), added_.end(), [&](const AddedResults& one) { return one.path == path; });
}

void AppState::removeAdded() {
  if (added_.empty()) return;
  added_.clear();
  drawTogether();
  Q_EMIT addedChanged();
}

void AppState::take(const OpenedFile& file) {
  const bool isOfQueue = !fromQueue_.isEmpty() && file.path == fromQueue_;
  accept(file, isOfQueue && joins_);
  if (!isOfQueue) return;
  joins_ = joins_ || file.results != nullptr;
  openNext();
}

void AppState::accept(const OpenedFile& file, bool joins) {
  if (file.error) {
    Q_EMIT failed(QString::fromStdString(file.error->line()), file.path);
    return;
  }
  if (file.model) {
    takeModel(file);
  } else if (file.results && joins) {
    addToPoints(file);
  } else if (file.path != wanted_) {
    return;  // a later request is on its way
  } else if (file.results && sweep_.running()) {
    // They would take the place of points that are still arriving.
    Q_EMIT failed(
        tr("%1: a sweep is running; cancel it to look at other results, or compare with them.").arg(file.path),
        file.path);
    return;
  } else if (file.results) {
    takeResults(file);
  } else {
    inspect_.show(file.quantized);
  }
  Q_EMIT opened(file.path);
}

void AppState::takeModel(const OpenedFile& file) {
  const auto same = std::find_if(models_.begin(), models_.end(),
                                 [&](const OpenModel& open) { return QFileInfo(open.path) == QFileInfo(file.path); });
  const int index = static_cast<int>(same - models_.begin());
  if (same == models_.end()) {
    models_.push_back({file.path, file.model});
  } else {
    same->model = file.model;
  }
  const bool becomesCurrent = current_ < 0 || file.path == wanted_;
  if (becomesCurrent) current_ = index;
  Q_EMIT modelsChanged();
  if (becomesCurrent) Q_EMIT modelChanged();
}

void AppState::takeResults(const OpenedFile& file) {
  selection_.setPoints({});
  removeAdded();
  provenance_ = file.results->provenance;
  resultsPath_ = file.path;
  points_.replace(file.results->points);
  if (const auto study = Study::fromJson(provenance_->settings, file.path.toStdString())) {
    edits_.replace(*study, tr("Study of the results file"));
  }
}

// The study's own points are not drawn twice.
void AppState::addToPoints(const OpenedFile& file) {
  if (QFileInfo(file.path) == QFileInfo(resultsPath_)) return;
  std::erase_if(added_, [&](const AddedResults& one) { return QFileInfo(one.path) == QFileInfo(file.path); });
  added_.push_back({file.path, file.results});
  drawTogether();
  Q_EMIT addedChanged();
}

void AppState::drawTogether() {
  together_ = {};
  if (added_.empty()) return;
  std::vector<ResultsOfFile> all;
  if (!points_.points().empty()) all.push_back({resultsPath_, provenance(), &points_.points()});
  for (const AddedResults& one : added_) all.push_back({one.path, one.results->provenance, &one.results->points});
  together_ = drawnTogether(all);
}

void AppState::runStudy(const QString& resultsPath, bool resume) {
  if (!model()) return;
  // The hash in it was computed when the file was opened.
  auto made = makeProvenance(*model(), edits_.study());
  if (!made) {
    Q_EMIT failed(QString::fromStdString(made.error().line()), modelPath());
    return;
  }
  provenance_ = *std::move(made);
  resultsPath_ = resultsPath;
  selection_.setPoints({});
  points_.replace({});
  sweep_.start({.model = model(),
                .study = edits_.study(),
                .provenance = *provenance_,
                .resultsPath = resultsPath,
                .resume = resume,
                .processes = readerProcesses(),
                .threads = 0,
                .memory = memory_});
}

bool AppState::canResume() const {
  return !sweep_.running() && !resultsPath_.isEmpty() && model() && modelOfPoints() == model();
}

QString AppState::newResultsPath() const {
  const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/sweeps"));
  if (!folder.mkpath(QStringLiteral("."))) return {};
  const QString time = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd-HHmmss"));
  return folder.filePath(QStringLiteral("%1-%2.h5").arg(QFileInfo(modelPath()).completeBaseName(), time));
}

std::shared_ptr<const Model> AppState::modelOfPoints() const {
  if (!provenance_) return model();
  const auto isMeasured = [&](const std::shared_ptr<const Model>& one) {
    const auto hash = one->sha256();
    return hash && *hash == provenance_->inputSha256;
  };
  // The same bytes may be open under two names: then the points are as much the current one's.
  if (model() && isMeasured(model())) return model();
  for (const OpenModel& open : models_) {
    if (isMeasured(open.model)) return open.model;
  }
  return nullptr;
}

std::optional<PointSettings> AppState::inspectedSettings() const {
  const auto& points = points_.points();
  int row = selection_.currentPoint();
  if (row < 0 || row >= static_cast<int>(points.size())) row = bestGuaranteedPoint(points);
  if (row >= 0) return points[static_cast<std::size_t>(row)].settings;
  const auto owner = modelOfPoints();
  if (!points.empty() || !owner) return std::nullopt;
  const auto wanted = edits_.study().points(owner->studyDefaults());
  if (!wanted || wanted->empty()) return std::nullopt;
  return wanted->back();
}

void AppState::inspect() {
  const auto owner = modelOfPoints();
  const auto settings = inspectedSettings();
  if (!owner || !settings) return;
  inspect_.start({owner, *settings, pointTitle(*settings), provenance().toJson()});
}

}  // namespace axescope::ui
