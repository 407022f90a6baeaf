// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/open_job.h"

#include <QFutureWatcher>
#include <QtConcurrentRun>
#include <utility>

namespace axescope::ui {

OpenedFile openFile(const QString& path) {
  OpenedFile file;
  file.path = path;
  const std::filesystem::path native = path.toStdString();
  auto results = readResults(native);
  if (results) {
    file.results = std::make_shared<const StoredResults>(*std::move(results));
    return file;
  }
  const bool maybeDump = results.error().code == ErrorCode::unsupported && results.error().object == "@format";
  if (!maybeDump) {
    file.error = results.error();
    return file;
  }
  auto model = Model::open(native);
  if (model) {
    file.model = *std::move(model);
  } else {
    file.error = model.error();
  }
  return file;
}

OpenJob::~OpenJob() = default;

void OpenJob::open(const QString& path) {
  ++pending_;
  auto* watcher = new QFutureWatcher<OpenedFile>(this);
  connect(watcher, &QFutureWatcher<OpenedFile>::finished, this, [this, watcher] {
    --pending_;
    Q_EMIT opened(watcher->result());
    watcher->deleteLater();
  });
  watcher->setFuture(QtConcurrent::run(&openFile, path));
}

}  // namespace axescope::ui
