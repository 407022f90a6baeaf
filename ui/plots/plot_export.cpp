// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_export.h"

#include <QBuffer>
#include <QFileInfo>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

#include "ui/state/whole_file.h"

namespace axescope::ui {

namespace {

constexpr double millimetresPerInch = 25.4;
constexpr double screenDpi = 96.0;  // plots are laid out in these pixels, whatever the device

QSizeF layoutSize(const PlotExportOptions& options) {
  return options.sizeMillimetres / millimetresPerInch * screenDpi;
}

void paintOn(QPaintDevice& device, Plot& plot, const Theme& theme, const PlotExportOptions& options, double scale) {
  QPainter painter(&device);
  painter.scale(scale, scale);
  QFont font = painter.font();
  font.setPixelSize(12);
  painter.setFont(font);
  plot.paint(painter, QRectF(QPointF(0, 0), layoutSize(options)), theme);
}

QByteArray svg(Plot& plot, const Theme& theme, const PlotExportOptions& options) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setTitle(plot.title());
  generator.setDescription(options.provenance);
  generator.setResolution(static_cast<int>(screenDpi));
  generator.setSize(layoutSize(options).toSize());
  generator.setViewBox(QRectF(QPointF(0, 0), layoutSize(options)));
  paintOn(generator, plot, theme, options, 1.0);
  return buffer.data();
}

QByteArray pdf(Plot& plot, const Theme& theme, const PlotExportOptions& options) {
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setTitle(plot.title());
  writer.setCreator(QStringLiteral("AxeScope ") + options.provenance);
  writer.setPageSize(QPageSize(options.sizeMillimetres, QPageSize::Millimeter));
  writer.setPageMargins(QMarginsF(0, 0, 0, 0));
  writer.setResolution(1200);
  paintOn(writer, plot, theme, options, 1200.0 / screenDpi);
  return buffer.data();
}

QByteArray png(Plot& plot, const Theme& theme, const PlotExportOptions& options) {
  const double scale = options.dpi / screenDpi;
  QImage image((layoutSize(options) * scale).toSize(), QImage::Format_ARGB32_Premultiplied);
  image.fill(theme.surface);
  image.setDotsPerMeterX(static_cast<int>(options.dpi / millimetresPerInch * 1000.0));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  image.setText(QStringLiteral("Title"), plot.title());
  image.setText(QStringLiteral("Provenance"), options.provenance);
  paintOn(image, plot, theme, options, scale);
  QBuffer buffer;
  buffer.open(QIODevice::WriteOnly);
  image.save(&buffer, "PNG");
  return buffer.data();
}

QString csvField(const QVariant& value) {
  QString text = value.typeId() == QMetaType::Bool     ? QString::number(value.toBool() ? 1 : 0)
                 : value.typeId() == QMetaType::Double ? QString::number(value.toDouble(), 'g', 17)
                                                       : value.toString();
  if (text.contains(QLatin1Char(',')) || text.contains(QLatin1Char('"')) || text.contains(QLatin1Char('\n'))) {
    text.replace(QStringLiteral("\""), QStringLiteral("\"\""));
    text = QStringLiteral("\"%1\"").arg(text);
  }
  return text;
}

}  // namespace

QByteArray plotCsv(const Plot& plot, const QString& provenance) {
  const PlotTable table = plot.table();
  QString text = QStringLiteral("# ") + provenance + QLatin1Char('\n');
  const auto line = [&](const auto& fields) {
    QStringList parts;
    for (const auto& field : fields) parts << csvField(QVariant(field));
    text += parts.join(QLatin1Char(',')) + QLatin1Char('\n');
  };
  line(table.columns);
  for (const auto& row : table.rows) line(row);
  return text.toUtf8();
}

QByteArray plotJson(const Plot& plot, const QString& provenance) {
  const PlotTable table = plot.table();
  QJsonArray rows;
  for (const auto& row : table.rows) {
    QJsonObject object;
    for (qsizetype i = 0; i < table.columns.size(); ++i) {
      object[table.columns[i]] = QJsonValue::fromVariant(row[static_cast<std::size_t>(i)]);
    }
    rows.append(object);
  }
  const QJsonObject root{{QStringLiteral("title"), plot.title()},
                         {QStringLiteral("provenance"), QJsonDocument::fromJson(provenance.toUtf8()).object()},
                         {QStringLiteral("rows"), rows}};
  return QJsonDocument(root).toJson();
}

std::unique_ptr<QMimeData> plotMimeData(Plot& plot, const Theme& theme, const PlotExportOptions& options) {
  const Theme colours = options.paperColours ? Theme::paper() : theme;
  auto data = std::make_unique<QMimeData>();
  data->setImageData(QImage::fromData(png(plot, colours, options), "PNG"));
  data->setData(QStringLiteral("image/svg+xml"), svg(plot, colours, options));
  return data;
}

Status exportPlot(Plot& plot, const QString& path, const Theme& theme, const PlotExportOptions& options) {
  const QString ending = QFileInfo(path).suffix().toLower();
  const Theme colours = options.paperColours ? Theme::paper() : theme;
  QByteArray content;
  if (ending == QStringLiteral("svg")) {
    content = svg(plot, colours, options);
  } else if (ending == QStringLiteral("pdf")) {
    content = pdf(plot, colours, options);
  } else if (ending == QStringLiteral("png")) {
    content = png(plot, colours, options);
  } else if (ending == QStringLiteral("csv")) {
    content = plotCsv(plot, options.provenance);
  } else if (ending == QStringLiteral("json")) {
    content = plotJson(plot, options.provenance);
  } else if (ending == QStringLiteral("tex")) {
    content = (QStringLiteral("% ") + options.provenance + QLatin1Char('\n') + plot.pgfplots()).toUtf8();
  } else {
    return fail(ErrorCode::unsupported, path.toStdString(), {}, "a name ending in svg, pdf, png, csv, json or tex",
                ending.toStdString());
  }
  return writeWholeFile(path, content);
}

}  // namespace axescope::ui
