// The lines of an ignore file, parsed into rules.
import { SyncError } from '../model/errors.ts'
import { type Dialect, GlobFault, parseGlob } from './glob.ts'
import { overlapsOf } from './glob-overlap.ts'
import type { GlobRule } from './glob-states.ts'

/** `keep` is what `!` asks for; `junk` is ignored and may be removed with its directory. */
export type Sense = 'keep' | 'ignore' | 'junk'

export interface IgnoreRule extends GlobRule {
  readonly sense: Sense
  /** Where it comes from, for people: "`.syncignore`, line 3". */
  readonly source: string
  /** The line as written. */
  readonly text: string
}

export interface ParseOptions {
  /** Name of the file, as errors and `why` show it. */
  readonly source: string
  /** The file that an `#include` in the file `from` names, relative to that file; undefined when there is none. */
  readonly include: (path: string, from: string) => { readonly name: string; readonly text: string } | undefined
  readonly dialect?: Dialect
  /** Match letters whatever their case, as if every line began with `(?i)`. */
  readonly caseFold?: boolean
}

/** More than anybody writes; a bound on what a synced file can make this program hold. */
export const MAX_RULES = 10_000
export const MAX_PATTERN_LENGTH = 1_000

/**
 * The rules of an ignore file, in order: of the rules that match a path, the first one decides.
 * Throws `SyncError` 'usage' naming file, line and fault: rules that cannot be understood must stop the run, or it would sync
 * what should be left alone.
 */
export function parseIgnore(text: string, options: ParseOptions): readonly IgnoreRule[] {
  const rules: IgnoreRule[] = []
  readFile(text, { ...options, dialect: options.dialect ?? 'syncline', included: new Set([options.source]), rules })
  return rules
}

interface Reading extends ParseOptions {
  readonly dialect: Dialect
  readonly included: Set<string>
  readonly rules: IgnoreRule[]
}

interface Line {
  readonly text: string
  readonly source: string
  readonly escape: string
}

function readFile(text: string, reading: Reading): void {
  const lines = linesOf(text)
  const escaping = reading.dialect === 'stignore' ? escapeOf(lines) : undefined
  lines.forEach((line, index) => {
    if (isSkipped(line, reading.dialect) || (index === 0 && escaping !== undefined)) return
    readLine({ text: line, source: `${reading.source}, line ${index + 1}`, escape: escaping ?? '\\' }, reading)
  })
}

function linesOf(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .map(line => line.trim())
}

/** Syncthing 2: `#escape=X` as the first line. */
function escapeOf(lines: readonly string[]): string | undefined {
  return /^#escape=(\S)$/.exec(lines[0] ?? '')?.[1]
}

function isSkipped(line: string, dialect: Dialect): boolean {
  return line === '' || line.startsWith('//') || (dialect === 'syncline' && isHashComment(line))
}

/** `#` alone, or before a space, a tab, another `#` or a `!`. Any other line that begins with `#` is a pattern, as for Syncthing. */
function isHashComment(line: string): boolean {
  return /^#(?:$|[\s#!])/.test(line)
}

function readLine(line: Line, reading: Reading): void {
  const included = includedBy(line)
  if (included !== undefined) readIncluded(included, line, reading)
  else addRule(line, reading)
}

function addRule(line: Line, reading: Reading): void {
  if (reading.rules.length >= MAX_RULES) throw faulty(line, `there are more than ${MAX_RULES} rules`)
  const rule = parseRule(line, reading)
  reading.rules.push(rule)
  const overlaps = reading.dialect === 'stignore' && rule.reach === 'anything' ? overlapsOf(rule.glob) : undefined
  if (overlaps !== undefined) reading.rules.push({ ...rule, glob: overlaps, from: 'root' })
}

function includedBy({ text }: Line): string | undefined {
  return /^#include(?:\s+(.*))?$/.exec(text)?.[1] ?? (text === '#include' ? '' : undefined)
}

/** The files that a text includes, for whoever has to read them beforehand. */
export function includesOf(text: string): readonly string[] {
  return linesOf(text).flatMap(line => includedBy({ text: line, source: '', escape: '' }) ?? [])
}

function readIncluded(path: string, line: Line, reading: Reading): void {
  if (path === '') throw faulty(line, 'it does not say which file to include')
  const file = reading.include(path, reading.source)
  if (file === undefined) throw faulty(line, 'there is no such file')
  if (reading.included.has(file.name)) throw faulty(line, 'that file is included already')
  reading.included.add(file.name)
  readFile(file.text, { ...reading, source: file.name })
}

function parseRule(line: Line, reading: Reading): IgnoreRule {
  if (line.text.length > MAX_PATTERN_LENGTH) throw faulty(line, `it is longer than ${MAX_PATTERN_LENGTH} characters`)
  const prefixed = takePrefixes(line, reading.dialect)
  if (prefixed.rest === '') throw faulty(line, 'there is no pattern')
  const shape = shapeOf(prefixed.rest, reading.dialect)
  if (reading.dialect === 'syncline') checkNames(shape.pattern, line)
  return {
    ...ruleOf(shape, line, reading.dialect),
    letters: prefixed.letters === 'folded' || reading.caseFold === true ? 'folded' : 'exact',
    sense: prefixed.sense,
    tracked: prefixed.sense === 'keep',
    source: line.source,
    text: line.text,
  }
}

interface Prefixed {
  readonly rest: string
  readonly sense: Sense
  readonly letters: GlobRule['letters']
}

/** Each prefix counts once; a second one is part of the pattern. */
function takePrefixes(line: Line, dialect: Dialect): Prefixed {
  const prefixes = dialect === 'syncline' ? ['!', '(?i)', '(?d)', ']'] : ['!', '(?i)', '(?d)']
  const taken = new Set<string>()
  let rest = line.text
  for (;;) {
    const prefix = prefixes.find(text => !taken.has(text) && rest.startsWith(text))
    if (prefix === undefined) break
    taken.add(prefix)
    rest = rest.slice(prefix.length)
  }
  if (dialect === 'syncline' && rest.startsWith('(?'))
    throw faulty(line, "only '(?i)' and '(?d)' are known, each once (write '\\(' for a bracket)")
  const junk = taken.has('(?d)') || taken.has(']')
  return {
    rest,
    sense: taken.has('!') ? 'keep' : junk ? 'junk' : 'ignore',
    letters: taken.has('(?i)') ? 'folded' : 'exact',
  }
}

interface Shape {
  readonly pattern: string
  readonly from: GlobRule['from']
  readonly reach: GlobRule['reach']
}

function shapeOf(text: string, dialect: Dialect): Shape {
  // Syncthing makes `/**` of it: everything.
  if (dialect === 'stignore' && text === '/') return { pattern: '**', from: 'root', reach: 'anything' }
  const from = text.startsWith('/') ? 'root' : 'anywhere'
  const start = from === 'root' ? 1 : text.startsWith('**/') ? 3 : 0
  const slashed = text.endsWith('/') && text.length > start
  const pattern = text.slice(start, slashed ? -1 : undefined)
  return { pattern, from, reach: slashed ? (dialect === 'stignore' ? 'contents' : 'directories') : 'anything' }
}

/** Such a pattern would never match, and its author would wonder why. */
function checkNames(pattern: string, line: Line): void {
  if (pattern === '') throw faulty(line, 'there is no pattern')
  for (const name of pattern.split('/')) {
    if (name === '') throw faulty(line, "two '/' follow each other")
    if (name === '.' || name === '..')
      throw faulty(line, `'${name}' has no meaning here (a leading '/' stands for the folder)`)
  }
}

function ruleOf(shape: Shape, line: Line, dialect: Dialect): Pick<GlobRule, 'glob' | 'from' | 'reach'> {
  try {
    const glob = parseGlob(shape.pattern.normalize('NFC'), dialect, line.escape)
    return { glob, from: shape.from, reach: shape.reach }
  } catch (error) {
    if (error instanceof GlobFault) throw faulty(line, error.message)
    throw error
  }
}

function faulty(line: Line, what: string): SyncError {
  return new SyncError(
    'usage',
    `${line.source}: ${JSON.stringify(line.text.slice(0, 80))} is not a rule: ${what}. Nothing is synced until this is mended.`,
  )
}
