// Puts small and larger files as fast as it can and tells of each that is confirmed, until it is killed. Run as a program: directory, seed.
import { contentIdOfBytes } from '../../index/content-id.ts'
import { openStorage } from './hosted.ts'
import { benchIn } from './space-bench.ts'

const [directory = '', seed = '0'] = process.argv.slice(2)
const storage = await openStorage(directory)
const space = (await storage.spaces.has('home'))
  ? await storage.spaces.open('home')
  : await storage.spaces.create({ id: 'home', label: 'Home' })
const at = benchIn(space, '')

/** A few large ones among many small ones, some of them the same again. */
function bodyOf(count: number): Buffer {
  const size = count % 50 === 0 ? 700_000 : (count * 37) % 9000
  return Buffer.alloc(size, `${seed} ${count % 7 === 0 ? 'again' : count} `)
}

let count = 0
async function lane(number: number): Promise<void> {
  const place = `${seed}-${number}`
  await at.makeDirectory(place)
  for (;;) {
    count += 1
    const body = bodyOf(count)
    const path = `${place}/${count % 40}`
    const changed = await at.put(path, body)
    if (changed.as === 'done') process.stdout.write(`${path} ${contentIdOfBytes(body)}\n`)
  }
}

await Promise.all(Array.from({ length: 16 }, (_, number) => lane(number)))
