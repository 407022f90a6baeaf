// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/open_job.h"

#include <QFileInfo>
#include <QFutureWatcher>
#include <QtConcurrentRun>
#include <new>
#include <string_view>
#include <utility>

namespace axescope::ui {

namespace {

// The file says by its root's format attribute that it is something else.
bool isOtherFormat(const Error& error) {
  return std::string_view(error.object).ends_with("@format");
}

}  // namespace

namespace {

OpenedFile openedFile(const QString& path) {
  OpenedFile file;
  file.path = path;
  const std::filesystem::path native = path.toStdString();
  if (auto results = readResults(native)) {
    file.results = std::make_shared<const StoredResults>(*std::move(results));
    return file;
  } else if (!isOtherFormat(results.error())) {
    file.error = results.error();
    return file;
  }
  if (auto quantized = readQuantizedFile(native)) {
    file.quantized =
        std::make_shared<const Inspection>(QuantizedPoint{*std::move(quantized), {}}, QFileInfo(path).fileName());
    return file;
  } else if (!isOtherFormat(quantized.error())) {
    file.error = quantized.error();
    return file;
  }
  auto model = Model::open(native);
  if (!model) {
    file.error = model.error();
    return file;
  }
  // Read the bytes for their hash here, not when the window first needs it.
  if (const auto hash = (*model)->sha256(); !hash) {
    file.error = hash.error();
    return file;
  }
  file.model = *std::move(model);
  return file;
}

}  // namespace

OpenedFile openFile(const QString& path) {
  try {
    return openedFile(path);
  } catch (const std::bad_alloc&) {
    OpenedFile file;
    file.path = path;
    file.error = Error{ErrorCode::tooLarge, path.toStdString(), {}, "a file that fits into memory", "not enough of it"};
    return file;
  }
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
