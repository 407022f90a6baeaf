// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/app_state.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "axescope_version.h"

namespace axescope::ui {

AppState::AppState(QObject* parent) : QObject(parent) {
  connect(&open_, &OpenJob::opened, this, &AppState::take);
  connect(&sweep_, &SweepJob::pointsArrived, &points_, &PointsModel::append);
}

Provenance AppState::provenance() const {
  if (loaded_) return *loaded_;
  if (model_) {
    if (auto made = makeProvenance(*model_, edits_.study())) return *std::move(made);
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
  Q_EMIT opening(path);
  open_.open(path);
}

void AppState::take(const OpenedFile& file) {
  if (file.path != wanted_) return;  // a later request is on its way
  if (file.error) {
    Q_EMIT failed(QString::fromStdString(file.error->line()));
    return;
  }
  selection_.setPoints({});
  if (file.results) {
    loaded_ = file.results->provenance;
    points_.replace(file.results->points);
    if (const auto study = Study::fromJson(loaded_->settings, file.path.toStdString())) {
      edits_.replace(*study, tr("Study of the results file"));
    }
  } else {
    sweep_.cancel();
    loaded_.reset();
    model_ = file.model;
    modelPath_ = file.path;
    points_.replace({});
    Q_EMIT modelChanged();
  }
  Q_EMIT opened(file.path);
}

void AppState::runStudy(const QString& resultsPath, bool resume) {
  if (!model_) return;
  loaded_.reset();
  resultsPath_ = resultsPath;
  selection_.setPoints({});
  points_.replace({});
  sweep_.start({.model = model_, .study = edits_.study(), .resultsPath = resultsPath, .resume = resume});
}

QString AppState::newResultsPath() const {
  const QDir folder(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation) + QStringLiteral("/sweeps"));
  if (!folder.mkpath(QStringLiteral("."))) return {};
  const QString time = QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd-HHmmss"));
  return folder.filePath(QStringLiteral("%1-%2.h5").arg(QFileInfo(modelPath_).completeBaseName(), time));
}

}  // namespace axescope::ui
