// What is wrong with a `config.yaml`, told with line and key.

import type * as v from 'valibot'
import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml'
import type { ConfigProblem } from './config.ts'
import { ConfigText } from './config-schema.ts'

/** Keys in maps, numbers in lists. */
export type KeyPath = readonly (string | number)[]

export interface ProblemContext {
  /** As it is to be named: `config.yaml`. */
  readonly name: string
  readonly document: Document
  readonly lines: LineCounter
}

/** Faults of the YAML itself: nothing else can be told then. */
export function yamlProblems({ name, document, lines }: ProblemContext): readonly ConfigProblem[] {
  const of = (severity: ConfigProblem['severity'], faults: readonly { pos: [number, number]; message: string }[]) =>
    faults.map(({ pos, message }) => {
      const { line } = lines.linePos(pos[0])
      const [first = ''] = message.split('\n')
      return { severity, line, key: '', message: `${name} line ${line}: ${first.replace(/:$/, '')}` }
    })
  return [...of('error', document.errors), ...of('warning', document.warnings)]
}

export function valueProblem(context: ProblemContext, issue: v.BaseIssue<unknown>): ConfigProblem {
  const path = (issue.path ?? []).map(({ key }) => key as string | number)
  // A key that has to be there: told where it should be.
  const isMissing = issue.received === 'undefined' && issue.path !== undefined
  if (isMissing) return problem(context, 'error', path.slice(0, -1), `the key '${String(path.at(-1))}' is missing`)
  return problem(context, 'error', path, `${issue.message}${shownValue(path, issue.input)}`)
}

/** Told and left alone: they may belong to a newer version, or be misspelt. */
export function unknownKeys(context: ProblemContext, value: unknown): readonly ConfigProblem[] {
  return unknownIn(ConfigText, value, []).map(({ path, known }) => {
    const key = String(path.at(-1))
    if (/pass|secret|token/i.test(key))
      return problem(context, 'warning', path, 'passwords do not belong here: they are kept in secrets.json')
    const near = nearest(key, known)
    return problem(context, 'warning', path, `there is no such key${near === undefined ? '' : `; is '${near}' meant?`}`)
  })
}

export function problem(
  { name, document, lines }: ProblemContext,
  severity: ConfigProblem['severity'],
  path: KeyPath,
  what: string,
): ConfigProblem {
  const offset = offsetOf(document, path)
  const line = offset === undefined ? undefined : lines.linePos(offset).line
  const key = path.join('.')
  const where = line === undefined || line === 0 ? name : `${name} line ${line}`
  return { severity, line, key, message: `${where}: ${key === '' ? '' : `${key}: `}${what}` }
}

/** The pair in `map` whose key reads as `key`: a key `2026` is a number to YAML. */
export function pairIn(map: unknown, key: string | number): Pair<Node, Node | null> | undefined {
  if (!isMap<Node, Node | null>(map)) return undefined
  return map.items.find(item => isScalar(item.key) && String(item.key.value) === String(key))
}

function offsetOf(document: Document, path: KeyPath): number | undefined {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0]
  for (const key of path) {
    const pair = pairIn(node, key)
    const next = isSeq<Node>(node) ? node.items[Number(key)] : pair?.key
    if (next === undefined) return offset
    offset = next.range?.[0] ?? offset
    node = pair === undefined ? next : pair.value
  }
  return offset
}

/** What was found, where it is short, plain and surely no secret. */
function shownValue(path: KeyPath, input: unknown): string {
  if (path.at(-1) === 'url' || path.at(-1) === 'user') return ''
  if (typeof input !== 'string' && typeof input !== 'number' && typeof input !== 'boolean') return ''
  const text = String(input)
  return text.length > 40 || /\p{C}|:\/\//u.test(text) ? '' : `, not '${text}'`
}

interface Unknown {
  readonly path: KeyPath
  readonly known: readonly string[]
}

/** Looks at the schema only as far as it says which keys there are. */
interface SchemaShape {
  readonly type: string
  readonly entries?: Readonly<Record<string, SchemaShape>>
  readonly wrapped?: SchemaShape
  readonly value?: SchemaShape
  readonly pipe?: readonly SchemaShape[]
  readonly options?: readonly (SchemaShape | string)[]
}

function unknownIn(schema: unknown, value: unknown, path: KeyPath): readonly Unknown[] {
  const shape = schema as SchemaShape
  if (shape.wrapped !== undefined) return unknownIn(shape.wrapped, value, path)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  const named = shape.pipe?.find(({ type, entries }) => type === 'record' || entries !== undefined)
  if (named !== undefined) return unknownIn(named, value, path)
  if (shape.type === 'record')
    return keysOf(value).flatMap(([key, each]) => unknownIn(shape.value, each, [...path, key]))
  const { entries } = shape
  if (entries === undefined) return (shape.options ?? []).flatMap(option => unknownIn(option, value, path))
  const known = Object.keys(entries)
  return keysOf(value).flatMap(([key, each]) =>
    Object.hasOwn(entries, key) ? unknownIn(entries[key], each, [...path, key]) : [{ path: [...path, key], known }],
  )
}

const keysOf = (value: object): readonly (readonly [string, unknown])[] => Object.entries(value)

/** The known key that takes the fewest changed letters, if it takes only a few. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const plain = key.toLowerCase().replaceAll('_', '-').slice(0, 60)
  const ranked = known
    .map(name => ({ name, far: distance(plain, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 3)) || name.replaceAll('-', '') === plain)
    .sort((a, b) => a.far - b.far)
  return ranked[0]?.name
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
