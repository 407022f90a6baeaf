// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/session.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>
#include <QSettings>
#include <array>

#include "ui/state/whole_file.h"

namespace axescope::ui {

namespace {

const QString formatName = QStringLiteral("axescope-session");

QString key(const char* name) {
  return QString::fromLatin1(name);
}

}  // namespace

QByteArray sealOf(const Session& session) {
  constexpr int keyWords = 8;
  QSettings settings;
  QByteArray secret = settings.value(key("sessionKey")).toByteArray();
  if (secret.isEmpty()) {
    std::array<quint32, keyWords> words{};
    QRandomGenerator::system()->fillRange(words.data(), words.size());
    secret = QByteArray(reinterpret_cast<const char*>(words.data()), sizeof(words)).toHex();
    settings.setValue(key("sessionKey"), secret);
  }
  const QByteArray sealed = QByteArray::number(session.geometry.size()) + ':' + session.geometry + session.layout;
  return QMessageAuthenticationCode::hash(sealed, secret, QCryptographicHash::Sha256);
}

Status saveSession(const Session& session, const QString& path) {
  const QDir folder = QFileInfo(path).absoluteDir();
  const auto relative = [&](const QString& file) { return file.isEmpty() ? file : folder.relativeFilePath(file); };
  QJsonArray models;
  for (const QString& model : session.models) models.append(relative(model));
  QJsonArray added;
  for (const QString& results : session.added) added.append(relative(results));
  QJsonArray points;
  for (const int point : session.points) points.append(point);
  const QJsonObject root{{key("format"), formatName},
                         {key("version"), sessionVersion},
                         {key("models"), models},
                         {key("current_model"), session.currentModel},
                         {key("results"), relative(session.results)},
                         {key("added_results"), added},
                         {key("study"), QJsonDocument::fromJson(session.study.toUtf8()).object()},
                         {key("page"), session.page},
                         {key("layer"), session.layer},
                         {key("channel"), session.channel},
                         {key("points"), points},
                         {key("geometry"), QString::fromLatin1(session.geometry.toBase64())},
                         {key("layout"), QString::fromLatin1(session.layout.toBase64())},
                         {key("seal"), QString::fromLatin1(session.seal.toBase64())}};
  const bool folderIsThere = folder.mkpath(QStringLiteral("."));
  if (!folderIsThere) {
    return fail(ErrorCode::writeFailed, path.toStdString(), {}, "a folder that can be made", "none");
  }
  return writeWholeFile(path, QJsonDocument(root).toJson());
}

Result<Session> loadSession(const QString& path) {
  QFile file(path);
  const std::string name = path.toStdString();
  if (!file.open(QIODevice::ReadOnly)) {
    return fail(ErrorCode::notFound, name, {}, "a session file", file.errorString().toStdString());
  }
  QJsonParseError problem;
  const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
  if (!document.isObject()) {
    return fail(ErrorCode::corrupt, name, {}, "a JSON object", problem.errorString().toStdString());
  }
  const QJsonObject root = document.object();
  if (root[key("format")].toString() != formatName) {
    return fail(ErrorCode::unsupported, name, "format", formatName.toStdString(),
                root[key("format")].toString().toStdString());
  }
  if (root[key("version")].toInt() > sessionVersion) {
    return fail(ErrorCode::unsupported, name, "version", std::to_string(sessionVersion) + " or older",
                std::to_string(root[key("version")].toInt()));
  }
  const QDir folder = QFileInfo(path).absoluteDir();
  const auto absolute = [&](const QString& relative) {
    return relative.isEmpty() ? relative : QDir::cleanPath(folder.absoluteFilePath(relative));
  };
  Session session;
  for (const auto& model : root[key("models")].toArray()) session.models << absolute(model.toString());
  session.currentModel = root[key("current_model")].toInt(-1);
  session.results = absolute(root[key("results")].toString());
  for (const auto& results : root[key("added_results")].toArray()) session.added << absolute(results.toString());
  session.study = QString::fromUtf8(QJsonDocument(root[key("study")].toObject()).toJson(QJsonDocument::Compact));
  session.page = root[key("page")].toString();
  session.layer = root[key("layer")].toString();
  session.channel = root[key("channel")].toInt(-1);
  for (const auto& point : root[key("points")].toArray()) session.points << point.toInt();
  session.geometry = QByteArray::fromBase64(root[key("geometry")].toString().toLatin1());
  session.layout = QByteArray::fromBase64(root[key("layout")].toString().toLatin1());
  session.seal = QByteArray::fromBase64(root[key("seal")].toString().toLatin1());
  return session;
}

}  // namespace axescope::ui
