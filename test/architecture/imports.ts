// Reads which file imports what below `src/`, types included.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix } from 'node:path'
import { parseSync } from 'oxc-parser'

export interface Import {
  /** The importing file, `src/…`. */
  readonly from: string
  /** `file`: of the project, relative to its root. `node`: a module without `node:`. `package`: its name. */
  readonly kind: 'file' | 'node' | 'package' | 'missing'
  readonly to: string
}

export interface Program {
  readonly files: readonly string[]
  readonly imports: readonly Import[]
}

/** `root` holds `src/`. */
export function readProgram(root: string): Program {
  const found = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  const files = found.filter(name => name.endsWith('.ts')).map(name => `src/${name}`)
  return { files, imports: files.flatMap(file => importsOf(root, file)) }
}

function importsOf(root: string, from: string): Import[] {
  const specifiers = specifiersIn(from, readFileSync(join(root, from), 'utf8'))
  return [...new Set(specifiers)].map(specifier => ({ from, ...resolved(root, from, specifier) }))
}

function specifiersIn(file: string, source: string): string[] {
  const { module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message}`)
  const imported = module.staticImports.map(each => each.moduleRequest.value)
  const exported = module.staticExports.flatMap(each =>
    each.entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
  )
  // `await import('…')`, and types written as `import('…').Name`.
  const inline = [...source.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g)].flatMap(([, specifier]) => specifier ?? [])
  return [...imported, ...exported, ...inline]
}

function resolved(root: string, from: string, specifier: string): Pick<Import, 'kind' | 'to'> {
  const bare = specifier.replace(/^node:/, '')
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) return { kind: 'node', to: bare }
  if (!specifier.startsWith('.')) return { kind: 'package', to: packageOf(specifier) }
  const to = posix.join(posix.dirname(from), specifier)
  return { kind: existsSync(join(root, to)) ? 'file' : 'missing', to }
}

function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
