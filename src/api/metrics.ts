// Metrics as Prometheus reads them: text format 0.0.4.
import type { Metric } from './service.ts'

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Throws nothing: what is no number is told as NaN, which the format knows. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, type, help, samples }) => {
      const head = `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n`
      return head + samples.map(({ labels, value }) => `${name}${labelsOf(labels)} ${numberOf(value)}\n`).join('')
    })
    .join('')
}

function labelsOf(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(
    ([name, value]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function numberOf(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
