// One glob pattern, parsed: what it is made of, before it becomes part of an automaton.

export type GlobNode =
  | { readonly kind: 'char'; readonly code: number }
  /** `?`: one character, never '/'. */
  | { readonly kind: 'any' }
  /** `*`: a run of anything but '/'. */
  | { readonly kind: 'run' }
  /** `**`: a run of anything. */
  | { readonly kind: 'run-across' }
  | {
      readonly kind: 'class'
      readonly ranges: readonly CharRange[]
      readonly negated: boolean
      readonly slash: 'never' | 'as-listed'
    }
  | { readonly kind: 'either'; readonly branches: readonly Glob[] }

/** First and last code point. */
export type CharRange = readonly [number, number]
export type Glob = readonly GlobNode[]

/**
 * `syncline` is the language of our own files. `stignore` is what Syncthing's matcher does: a class is one range or one list
 * and may match '/', `^` does not negate, and two stars between slashes need a directory there.
 */
export type Dialect = 'syncline' | 'stignore'

/** What is wrong with a pattern, as the end of a sentence. */
export class GlobFault extends Error {}

/** Parses `text`; throws `GlobFault`. `escapeChar` takes the next one literally. */
export function parseGlob(text: string, dialect: Dialect, escapeChar = '\\'): Glob {
  const input: Input = { chars: Array.from(text), at: 0, dialect, escape: escapeChar }
  return parseSequence(input, 0)
}

interface Input {
  readonly chars: readonly string[]
  at: number
  readonly dialect: Dialect
  readonly escape: string
}

const MAX_NESTING = 16

function parseSequence(input: Input, depth: number): Glob {
  const nodes: GlobNode[] = []
  while (input.at < input.chars.length) {
    const char = input.chars[input.at] as string
    if (depth > 0 && (char === ',' || char === '}')) return nodes
    nodes.push(parseNode(input, char, depth))
  }
  return nodes
}

function parseNode(input: Input, char: string, depth: number): GlobNode {
  if (char === input.escape) return parseEscape(input)
  if (char === '*') return parseStars(input)
  if (char === '[') return parseClass(input)
  if (char === '{') return parseBraces(input, depth + 1)
  input.at += 1
  return char === '?' ? { kind: 'any' } : literal(char)
}

function literal(char: string): GlobNode {
  return { kind: 'char', code: codeOf(char) }
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0
}

function parseEscape(input: Input): GlobNode {
  const next = input.chars[input.at + 1]
  if (next === undefined) throw new GlobFault(`nothing follows the '${input.escape}' at its end`)
  input.at += 2
  return literal(next)
}

function parseStars(input: Input): GlobNode {
  if (input.chars[input.at + 1] !== '*') {
    input.at += 1
    return { kind: 'run' }
  }
  const first = input.at === 0 || input.chars[input.at - 1] === '/'
  input.at += 2
  if (input.dialect === 'stignore') return { kind: 'run-across' }
  while (input.chars[input.at] === '*') input.at += 1
  if (!first || input.chars[input.at] !== '/') return { kind: 'run-across' }
  // As a whole name, `**` stands for any number of directories, none included.
  input.at += 1
  return { kind: 'either', branches: [[], [{ kind: 'run-across' }, literal('/')]] }
}

function parseBraces(input: Input, depth: number): GlobNode {
  if (depth > MAX_NESTING) throw new GlobFault(`braces are nested more than ${MAX_NESTING} deep`)
  const branches: Glob[] = []
  do {
    input.at += 1
    branches.push(parseSequence(input, depth))
  } while (input.chars[input.at] === ',')
  if (input.chars[input.at] !== '}') throw new GlobFault("a '{' is not closed with '}'")
  input.at += 1
  return { kind: 'either', branches }
}

function parseClass(input: Input): GlobNode {
  input.at += 1
  const negated = isNegation(input)
  if (negated) input.at += 1
  const members = readMembers(input)
  const ranges = input.dialect === 'stignore' ? oneRangeOrList(members) : rangesOf(members)
  return { kind: 'class', ranges, negated, slash: input.dialect === 'stignore' ? 'as-listed' : 'never' }
}

function isNegation({ chars, at, dialect }: Input): boolean {
  return chars[at] === '!' || (dialect === 'syncline' && chars[at] === '^')
}

interface Member {
  readonly code: number
  readonly escaped: boolean
}

const DASH = 0x2d

function readMembers(input: Input): readonly Member[] {
  const members: Member[] = []
  for (;;) {
    const char = input.chars[input.at]
    if (char === undefined) throw new GlobFault("a '[' is not closed with ']'")
    input.at += 1
    if (char === ']') break
    const escaped = char === input.escape
    const meant = escaped ? input.chars[input.at] : char
    if (meant === undefined) throw new GlobFault("a '[' is not closed with ']'")
    if (escaped) input.at += 1
    members.push({ code: codeOf(meant), escaped })
  }
  if (members.length === 0) throw new GlobFault("a class '[]' is empty (write '\\[' for a bracket)")
  return members
}

function rangesOf(members: readonly Member[]): readonly CharRange[] {
  const ranges: CharRange[] = []
  for (let i = 0; i < members.length; i += 1) {
    const from = members[i] as Member
    const to = isDash(members[i + 1]) ? members[i + 2] : undefined
    ranges.push(rangeOf(from, to ?? from))
    if (to !== undefined) i += 2
  }
  return ranges
}

/** Syncthing's rule: `x-y` and nothing else, or a list in which '-' is a character like any other. */
function oneRangeOrList(members: readonly Member[]): readonly CharRange[] {
  const [from, , to] = members
  if (from === undefined || !isDash(members[1])) return members.map(member => rangeOf(member, member))
  if (to === undefined || members.length !== 3)
    throw new GlobFault('a class is either one range or one list (Syncthing allows no mixture)')
  return [rangeOf(from, to)]
}

function isDash(member: Member | undefined): boolean {
  return member?.code === DASH && !member.escaped
}

function rangeOf(from: Member, to: Member): CharRange {
  if (to.code < from.code) throw new GlobFault('a range in a class runs backwards')
  return [from.code, to.code]
}
