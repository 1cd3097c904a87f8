import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** Names the HTTP server span after the route's pattern; by itself it is only named after the method. */
export function nameSpan(route: string | undefined): void {
  const metadata = getRPCMetadata(context.active());
  if (metadata !== undefined && route !== undefined) metadata.route = route;
}

/** Counts and times answers by route pattern, so that unknown paths cannot make new series. */
export function requestDurations(metrics: Registry): (request: FastifyRequest, reply: FastifyReply) => void {
  const durations = new Histogram({
    name: 'fanfare_http_duration_seconds',
    help: 'Time to answer a request, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    registers: [metrics],
  });
  return (request, reply) => {
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    durations.observe({ method: request.method, route, status: String(reply.statusCode) }, reply.elapsedTime / 1000);
  };
}
