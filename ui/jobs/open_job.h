// SPDX-License-Identifier: GPL-3.0-or-later
// Opens files in the background: dumps, results and quantized files.
#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "core/hdf5/reader_processes.h"
#include "core/study/model.h"
#include "core/study/results_file.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

/// What a file turned out to be.
struct OpenedFile {
  QString path;
  std::shared_ptr<const Model> model;            // a dump
  std::shared_ptr<const StoredResults> results;  // or results of a sweep
  std::shared_ptr<const Inspection> quantized;   // or what quantize wrote
  std::optional<Error> error;                    // or none of them
};

class OpenJob : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;
  ~OpenJob() override;
  void open(const QString& path);
  /// What reads the files from now on; null: this process.
  void setProcesses(std::shared_ptr<hdf5::ReaderProcesses> processes);
  const std::shared_ptr<hdf5::ReaderProcesses>& processes() const { return processes_; }
  bool running() const { return pending_ > 0; }

 Q_SIGNALS:
  void opened(const axescope::ui::OpenedFile& file);

 private:
  int pending_ = 0;
  std::shared_ptr<hdf5::ReaderProcesses> processes_;
};

/// The same on the calling thread.
OpenedFile openFile(const QString& path, const std::shared_ptr<hdf5::ReaderProcesses>& processes);

}  // namespace axescope::ui
