// Plain lines for people: little by default, every step with --verbose, and a progress bar where there is a terminal.
import { isEffect } from '../plan/step.ts'
import { shown, shownPath } from '../words/show.ts'
import { wordsOfOutcome, wordsOfUnsynced } from '../words/steps.ts'
import { adviceOnBrake, summaryLine } from '../words/summary.ts'
import type { Output, Streams } from './output.ts'
import { progressBar } from './progress-bar.ts'

export function textOutput(
  { out, err }: Streams,
  { detail, now }: { readonly detail: 'brief' | 'verbose'; readonly now: () => number },
): Output {
  const bar = err.isTTY === true ? progressBar(err, now) : undefined
  const line = (stream: typeof out, text: string) => {
    bar?.clear()
    stream.write(`${text}\n`)
  }
  return {
    event(event) {
      bar?.event(event)
      if (event.type === 'notice')
        line(err, event.path === undefined ? shown(event.text) : `${shownPath(event.path)}: ${shown(event.text)}`)
      if (event.type === 'outcome' && detail === 'verbose' && isEffect(event.outcome.step))
        line(out, wordsOfOutcome(event.outcome))
    },
    scanned: (files, bytes) => bar?.scanned(files, bytes),
    notice: text => line(err, shown(text)),
    log(level, message, fields) {
      if (detail === 'verbose' && level !== 'debug') line(err, shown(withFields(message, fields)))
      else if (level === 'warn' || level === 'error') line(err, shown(message))
    },
    finish(summary, tookMs) {
      bar?.clear()
      for (const unsynced of summary.brake === undefined ? summary.unsynced : []) line(out, wordsOfUnsynced(unsynced))
      line(out, summaryLine(summary, tookMs))
      if (summary.brake !== undefined) line(out, adviceOnBrake(summary.brake))
    },
  }
}

function withFields(message: string, fields: Readonly<Record<string, unknown>> | undefined): string {
  if (fields === undefined) return message
  const shownFields = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
  return `${message} (${shownFields.join(', ')})`
}
