// Puts a report into docs/benchmarks.md, in the place of the one before.
import { readFile, writeFile } from 'node:fs/promises'

const FILE = new URL('../docs/benchmarks.md', import.meta.url)

/** Everything between the two marks of `name` is replaced; what people wrote around them stays. */
export async function writeResults(name: string, text: string, machine: string): Promise<void> {
  const [from, to] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const section = `${from}\n${text}\n\n${machine}\n${to}`
  const page = await readFile(FILE, 'utf8')
  const start = page.indexOf(from)
  const end = page.indexOf(to)
  const rewritten =
    start < 0 || end < 0
      ? `${page.trimEnd()}\n\n${section}\n`
      : page.slice(0, start) + section + page.slice(end + to.length)
  await writeFile(FILE, rewritten)
}
