// Reads the imports below a folder and tells which of them break a rule.
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import type { Rule } from './rules.ts'

export interface Imports {
  /** Relative to the folder. */
  readonly files: readonly string[]
  /** By name of the rule: the imports that break it, as `from → to`. */
  readonly broken: ReadonlyMap<string, readonly string[]>
}

/** `root` holds `src/`. */
export async function cruiseImports(root: string, rules: readonly Rule[]): Promise<Imports> {
  const options = {
    baseDir: root,
    parser: 'swc' as const,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  }
  const { output } = await cruise(
    ['src'],
    { ...options, validate: true, ruleSet: { forbidden: rules.map(rule => ({ ...rule })) } },
    { extensions: ['.ts', '.js', '.json'] },
  )
  if (typeof output === 'string') throw new Error(`The imports could not be read: ${output}`)
  return { files: sourcesIn(output), broken: brokenIn(output) }
}

function sourcesIn({ modules }: ICruiseResult): string[] {
  return modules.map(({ source }) => source).filter(source => source.startsWith('src/'))
}

function brokenIn({ summary }: ICruiseResult): Map<string, string[]> {
  const broken = new Map<string, string[]>()
  for (const { rule, from, to } of summary.violations) {
    broken.set(rule.name, [...(broken.get(rule.name) ?? []), `${from} → ${to}`])
  }
  return broken
}
