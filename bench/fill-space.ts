// Puts many files with one small content into the home of an account, by the calls that the host makes: `fill-space.ts HOST-HOME SPACE COUNT IN-EACH`.
import { join } from 'node:path'
import type { Path } from '../src/model/path.ts'
import { openNodeTree } from '../src/platform/node/node-tree.ts'
import { nodeWorld } from '../src/platform/node/node-world.ts'
import { openDiskBlobs } from '../src/store/disk/disk-blobs.ts'
import type { Space } from '../src/store/space.ts'
import { openHostedSpaces } from '../src/store/sqlite/hosted-spaces.ts'

const SIGNAL = new AbortController().signal
const AT_ONCE = 250
const [home = '', id = '', count = '', inEach = ''] = process.argv.slice(2)

const { clock, random } = nodeWorld({ log: () => {} })
const tree = await openNodeTree(join(home, 'contents'))
const blobs = await openDiskBlobs({ tree, clock, random })
const spaces = openHostedSpaces({ database: join(home, 'spaces.db'), blobs, clock, random })
if (!(await spaces.has(id))) await spaces.create({ id, label: id })
await fill(await spaces.open(id), Number(count), Number(inEach))
await spaces.close()
await blobs.close()
await tree.close()

async function fill(space: Space, files: number, perDirectory: number): Promise<void> {
  const once = async function* () {
    yield Buffer.from('the same in all of them')
  }
  const received = await space.receive({ at: 'x' as Path, size: undefined, bytes: once() }, SIGNAL)
  for (let from = 0; from < files; from += perDirectory) {
    const place = `d${from / perDirectory}`
    await space.change({ do: 'make-directory', at: place as Path }, SIGNAL)
    for (let n = from; n < Math.min(files, from + perDirectory); n += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, files - n) }, (_, i) =>
          space.change(
            { do: 'put', at: `${place}/file-${n + i}.txt` as Path, received, mtimeMs: 1_700_000_000_000, when: 'any' },
            SIGNAL,
          ),
        ),
      )
  }
}
