// From the rules a server gives for names to one sentence about a name.
import type { ForbiddenNames } from './capabilities.ts'

const MAX_PATTERN = 512
// What a name made for it could keep us busy with for ever: a repeated group, a reference back, or many repetitions in a row.
const SLOW = /\)[+*{]|\\[1-9k]|(?:[+*}].*){4}/s

/** Why the server refuses a name, as the end of a sentence; undefined when it takes it. */
export function nameRefusal(forbidden: ForbiddenNames): (name: string) => string | undefined {
  const pattern = patternOf(forbidden.pattern)
  return name => {
    const lower = name.toLowerCase()
    const character = forbidden.characters.find(text => lower.includes(text))
    if (character !== undefined) return `the server does not allow '${character}' in names`
    if (forbidden.names.includes(lower)) return `the server does not allow the name '${name}'`
    const basename = lower.split('.')[0] ?? ''
    if (forbidden.basenames.includes(basename)) return `the server does not allow names that begin with '${basename}.'`
    const extension = forbidden.extensions.find(text => lower.endsWith(text))
    if (extension !== undefined) return `the server does not allow names that end in '${extension}'`
    return pattern?.test(name) ? "the server's rules for names do not allow it" : undefined
  }
}

/** The expression, or undefined for one we do not dare or cannot compile: then the server's own refusal will tell. */
function patternOf(text: string | undefined): RegExp | undefined {
  if (text === undefined || text === '' || text.length > MAX_PATTERN || SLOW.test(text)) return undefined
  try {
    return new RegExp(text, 'u')
  } catch {
    return undefined
  }
}
