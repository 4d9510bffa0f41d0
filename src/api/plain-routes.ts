// What others watch the daemon by, and what describes the API.
import type { FastifyInstance } from 'fastify'
import * as v from 'valibot'
import { METRICS_TYPE, prometheusText } from './metrics.ts'
import { API_PREFIX } from './prefix.ts'
import { describing } from './schemas.ts'
import type { Service } from './service.ts'
import { Health } from './shapes/about.ts'

export function addPlainRoutes(app: FastifyInstance, service: Service): void {
  const health = { id: 'health', summary: 'Whether it runs; anybody may ask', topic: 'daemon', answer: Health } as const
  app.get('/health', describing({ ...health, auth: 'none' }), async (_request, reply) => {
    const status = service.state()
    reply.code(status === 'ok' ? 200 : 503)
    return { status }
  })
  const metrics = { id: 'metrics', summary: 'Numbers for Prometheus', topic: 'daemon', answer: v.string() }
  app.get('/metrics', describing({ ...metrics, answerType: 'text/plain' }), async (_request, reply) => {
    reply.type(METRICS_TYPE)
    return prometheusText(await service.metrics())
  })
  const openapi = { id: 'openapi', summary: 'This description', topic: 'daemon', answer: v.looseObject({}) }
  app.get(`${API_PREFIX}/openapi.json`, describing(openapi), async () => app.swagger())
}
