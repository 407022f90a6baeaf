// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/open_job.h"

#include <QFileInfo>
#include <QFutureWatcher>
#include <QtConcurrentRun>
#include <new>
#include <utility>

#include "core/dump/quantized_file.h"

namespace axescope::ui {

namespace {

void read(OpenedFile& file, const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  const std::filesystem::path native = file.path.toStdString();
  auto reader = hdf5::Reader::open(native, {}, processes);
  if (!reader) {
    file.error = reader.error();
    return;
  }
  // What says to be none of our own other formats is a dump, or says why it is none.
  const auto format = reader->stringAttribute("/", "format").value_or(std::nullopt);
  if (format == resultsFormatName) {
    auto results = readResults(native, processes);  // opens it again: the journal goes first
    if (results) {
      file.results = std::make_shared<const StoredResults>(*std::move(results));
    } else {
      file.error = results.error();
    }
    return;
  }
  if (format == quantizedFormatName) {
    auto quantized = readQuantizedFile(*reader);
    if (quantized) {
      file.quantized = std::make_shared<const Inspection>(QuantizedPoint{*std::move(quantized), {}, {}},
                                                          QFileInfo(file.path).fileName());
    } else {
      file.error = quantized.error();
    }
    return;
  }
  auto model = Model::open(*std::move(reader));
  if (!model) {
    file.error = model.error();
    return;
  }
  // Read the bytes for their hash here, not when the window first needs it.
  if (const auto hash = (*model)->sha256(); !hash) {
    file.error = hash.error();
    return;
  }
  file.model = *std::move(model);
}

}  // namespace

OpenedFile openFile(const QString& path, const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  OpenedFile file;
  file.path = path;
  try {
    read(file, processes);
  } catch (const std::bad_alloc&) {
    file = {};
    file.path = path;
    file.error = Error{ErrorCode::tooLarge, path.toStdString(), {}, "a file that fits into memory", "not enough of it"};
  }
  return file;
}

OpenJob::~OpenJob() = default;

void OpenJob::setProcesses(std::shared_ptr<hdf5::ReaderProcesses> processes) {
  processes_ = std::move(processes);
  if (processes_) static_cast<void>(QtConcurrent::run([processes = processes_] { processes->prepare(); }));
}

void OpenJob::open(const QString& path) {
  ++pending_;
  auto* watcher = new QFutureWatcher<OpenedFile>(this);
  connect(watcher, &QFutureWatcher<OpenedFile>::finished, this, [this, watcher] {
    --pending_;
    Q_EMIT opened(watcher->result());
    watcher->deleteLater();
  });
  watcher->setFuture(QtConcurrent::run([path, processes = processes_] {
    OpenedFile file = openFile(path, processes);
    if (processes) processes->prepare();  // for the next one
    return file;
  }));
}

}  // namespace axescope::ui
