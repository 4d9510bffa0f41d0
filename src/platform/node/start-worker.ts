// Starts a worker thread from a module of this program, whether it runs compiled or straight from its source.
import type { ResourceLimits, Worker } from 'node:worker_threads'

/** `module` is the URL of the worker as it stands in the source, `….ts`; `beside` is the `import.meta.url` of the caller. What takes more than its limits is ended. */
export async function startWorker(module: string, beside: string, limits: ResourceLimits = {}): Promise<Worker> {
  // Many runs need no thread.
  const { Worker } = await import('node:worker_threads')
  if (!beside.endsWith('.ts'))
    return new Worker(new URL(module.replace(/\.ts$/, '.cjs'), beside), { resourceLimits: limits })
  return new Worker(await bundled(new URL(module, beside)), { eval: true, execArgv: [], resourceLimits: limits })
}

const bundles = new Map<string, Promise<string>>()

/** From source (in tests): Node 20 cannot run TypeScript, and the loader of the tests does not reach into threads. */
function bundled(url: URL): Promise<string> {
  const known = bundles.get(url.href)
  if (known !== undefined) return known
  const made = bundle(url)
  bundles.set(url.href, made)
  return made
}

async function bundle(url: URL): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [decodeURIComponent(url.pathname)],
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
