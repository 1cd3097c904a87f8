// node --import @fanfare/kit/register: traces this process if OTEL_EXPORTER_OTLP_ENDPOINT says where to.
// It is a preload, before any module that it patches and so before any configuration: it reads the environment itself.
const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
if (endpoint !== undefined && endpoint !== '') {
  const { startTelemetry, toCollector } = await import('./sdk.ts');
  startTelemetry(process.env['OTEL_SERVICE_NAME'] ?? 'fanfare', toCollector(endpoint));
}
