// Rules from several files as one answer: is this path synced?
import { createHash } from 'node:crypto'
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import { ALWAYS_IGNORED, DEFAULT_IGNORES } from './default-ignores.ts'
import type { Dialect } from './glob.ts'
import { type Automaton, buildAutomaton } from './glob-automaton.ts'
import { type IgnoreRule, type ParseOptions, parseIgnore } from './ignore-file.ts'
import type { IgnoreRules, Verdict } from './ignore-rules.ts'

export interface IgnoreFile {
  /** For people. */
  readonly name: string
  readonly text: string
  readonly dialect?: Dialect
  /** Answers its `#include` lines; without it, it can include nothing. */
  readonly include?: ParseOptions['include']
}

export interface IgnoreOptions {
  /** The strongest first: the first rule that matches decides. */
  readonly files: readonly IgnoreFile[]
  /** Match letters whatever their case, because the disk does not tell them apart. */
  readonly caseFold: boolean
  /** What comes after the files: the junk that systems and editors leave (`junk`), or nothing. */
  readonly defaults?: 'junk' | 'none'
}

export interface ExplainedRules extends IgnoreRules {
  /** The rule that decides about a path, for `why`; undefined when none does and the path is synced. */
  ruleOf(path: Path, kind: 'directory' | 'other'): RuleSaid | undefined
}

/** What is told of a rule. */
export type RuleSaid = Pick<IgnoreRule, 'sense' | 'source' | 'text'>

/** The rules of `files`, what is always ignored before them and the defaults after them. Throws `SyncError` 'usage' as `parseIgnore`. */
export function ignoreRules(options: IgnoreOptions): ExplainedRules {
  const rules = rulesOf(options)
  checkSize(rules)
  const automaton = buildAutomaton(rules)
  const ruleOf = (path: Path, kind: 'directory' | 'other') => rules[automaton.first(composed(path), kind)]
  return {
    ruleOf,
    verdict: (path, kind) => verdictOf(ruleOf(path, kind)),
    mayHoldKept: directory => mayHoldKept(automaton, composed(directory)),
    fingerprint: fingerprintOf(rules),
  }
}

function rulesOf(options: IgnoreOptions): readonly IgnoreRule[] {
  const builtIn = (source: string, text: string) => parseFile({ name: source, text }, options.caseFold)
  return [
    ...builtIn('always ignored', ALWAYS_IGNORED),
    ...options.files.flatMap(file => parseFile(file, options.caseFold)),
    ...(options.defaults === 'none' ? [] : builtIn('ignored by default', DEFAULT_IGNORES)),
  ]
}

/** Bounds on the automaton, and so on the work for a path, whatever others put into the rules. Stars keep states alive and cost most. */
const MAX_TOTAL_LENGTH = 200_000
const MAX_STARRED_LENGTH = 20_000

function checkSize(rules: readonly IgnoreRule[]): void {
  checkLength(rules, MAX_TOTAL_LENGTH, 'The ignore rules')
  checkLength(
    rules.filter(({ text }) => text.includes('*')),
    MAX_STARRED_LENGTH,
    'The ignore rules with a star in them',
  )
}

function checkLength(rules: readonly IgnoreRule[], limit: number, what: string): void {
  const total = rules.reduce((sum, { text }) => sum + text.length, 0)
  if (total <= limit) return
  throw new SyncError('usage', `${what} are ${total} characters long altogether; at most ${limit} can be used.`)
}

function parseFile(file: IgnoreFile, caseFold: boolean): readonly IgnoreRule[] {
  const { name: source, text, dialect = 'syncline', include = () => undefined } = file
  return parseIgnore(text, { source, include, dialect, caseFold })
}

function verdictOf(rule: IgnoreRule | undefined): Verdict {
  if (rule === undefined || rule.sense === 'keep') return 'kept'
  return rule.sense === 'junk' ? 'junk' : 'ignored'
}

/** A `!` rule counts only when it comes before the rule that ignores the directory and so everything in it. */
function mayHoldKept(automaton: Automaton, directory: string): boolean {
  return automaton.firstAlive(directory) < automaton.first(directory, 'directory')
}

/** Systems differ in how they spell 'é'; rules and paths are compared in one spelling. */
function composed(path: string): string {
  return isAscii(path) ? path : path.normalize('NFC')
}

// Asked of every path twice in every run: several times quicker than a regular expression.
function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Grows with the meaning of the same rules: when the matcher changes, the fingerprint has to. */
const LANGUAGE = 1

function fingerprintOf(rules: readonly IgnoreRule[]): string {
  const hash = createHash('sha256').update(`${LANGUAGE}\n`)
  for (const { glob, from, reach, letters, sense } of rules)
    hash.update(JSON.stringify([glob, from, reach, letters, sense]))
  return hash.digest('hex').slice(0, 32)
}
