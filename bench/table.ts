// A report as Markdown: medians, and how we compare with each peer.
import type { Measured, Report, Result } from './benchmark.ts'

export function reportOf({ title, amount, results, notes }: Report): string {
  const ours = results[0]
  const rows = results.map(result => rowOf(result, ours) + rateOf(result, amount))
  const rate = amount === undefined ? ['', ''] : [` ${amount.unit} a second |`, ' ---: |']
  return [
    `### ${title}`,
    '',
    `| | median | runs | CPU | peak memory | ours takes |${rate[0]}`,
    `| --- | ---: | --- | ---: | ---: | ---: |${rate[1]}`,
    ...rows,
    '',
    ...notes.map(note => `- ${note}`),
  ].join('\n')
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2
}

function rowOf(result: Result, ours: Result | undefined): string {
  const { name, runs, failed } = result
  if (runs.length === 0) return `| ${name} | – | ${oneLine(failed ?? '')} | | | |`
  const seconds = runs.map(run => run.seconds)
  const ratio = result === ours || ours === undefined ? '' : `${(medianSeconds(ours) / median(seconds)).toFixed(2)} ×`
  const all = seconds.map(each => each.toFixed(2)).join(' ')
  return `| ${name} | ${median(seconds).toFixed(2)} s | ${all} | ${cpuOf(runs)} | ${memoryOf(runs)} | ${ratio} |`
}

function rateOf({ runs }: Result, amount: Report['amount']): string {
  if (amount === undefined) return ''
  const rate = runs.length === 0 ? '' : Math.round(amount.count / median(runs.map(({ seconds }) => seconds)))
  return ` ${rate} |`
}

function medianSeconds({ runs }: Result): number {
  return median(runs.map(run => run.seconds))
}

function cpuOf(runs: readonly Measured[]): string {
  const known = runs.flatMap(run => run.cpuSeconds ?? [])
  return known.length === 0 ? '' : `${median(known).toFixed(2)} s`
}

function memoryOf(runs: readonly Measured[]): string {
  const known = runs.flatMap(run => run.peakBytes ?? [])
  return known.length === 0 ? '' : `${Math.round(Math.max(...known) / 1024 / 1024)} MiB`
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 200)
}
