// A program of the benchmarks as the program itself is made: one file, and the worker beside it.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const OUT = fileURLToPath(new URL('../dist/bench', import.meta.url))
const WORKER = fileURLToPath(new URL('../src/platform/node/worker.ts', import.meta.url))

/** Of the module `name` in this directory; gives the path of what Node can run. */
export async function compiled(name: string): Promise<string> {
  const options = { bundle: true, packages: 'external', platform: 'node', outdir: OUT } as const
  await build({ ...options, entryPoints: [fileURLToPath(new URL(`${name}.ts`, import.meta.url))], format: 'esm' })
  await build({ ...options, entryPoints: [WORKER], format: 'cjs', outExtension: { '.js': '.cjs' } })
  return `${OUT}/${name}.js`
}
