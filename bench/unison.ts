// unison, with its archives in a place of their own.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from './measure.ts'

export function unison(dir: string, a: string, b: string): Command {
  const home = join(dir, 'unison')
  mkdirSync(home, { recursive: true })
  return { program: 'unison', args: [a, b, '-batch', '-auto', '-silent', '-times'], env: { UNISON: home } }
}
