// How the error that ends a command is told, to people and to scripts.
import { shown } from '../words/show.ts'
import { sentenceOf } from './exit-status.ts'
import type { Streams } from './output.ts'

export function tellError(error: unknown, format: 'json' | 'text', { out, err }: Streams): void {
  const text = sentenceOf(error)
  if (format === 'json') {
    const code = (error as { readonly code?: unknown }).code
    out.write(
      `${JSON.stringify({ type: 'error', code: typeof code === 'string' ? code : 'internal', message: text })}\n`,
    )
  }
  err.write(`syncline: ${text.split('\n').map(shown).join('\n')}\n`)
}
