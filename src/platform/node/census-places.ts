// Where in the words of find each directory is told of.

/** From the first byte of a run of lines to the byte after its last. */
type Part = readonly [from: number, to: number]

export interface Places {
  /** What is said of the names in `place`, in parts; undefined where there is no such directory. */
  partsOf(place: string): readonly Part[] | undefined
  /** The directories in which there is nothing. */
  empty(): Iterable<string>
  /** How many directories there are, also those that lead to other disks, of whose contents nothing is said. */
  readonly count: number
}

interface Words {
  readonly bytes: number
  readonly device: bigint
  read(from: number, to: number): Buffer
}

const PIECE = 1024 * 1024
const END_OF_LINE = 0
const MARK = 1
const POINT = 0x2e
const DIRECTORY = 0x64

/** Goes through all lines once. find tells of a directory before it tells of what is in it, and of all that before it goes on. */
export function placesIn({ bytes, device, read }: Words): Places {
  const parts = new Map<string, Part[]>([['', []]])
  // The directory at each depth that was told of last.
  const above: string[] = ['']
  let elsewhere = 0
  let run = { place: '', from: 0 }
  const close = (to: number) => {
    if (to > run.from) parts.get(run.place)?.push([run.from, to])
  }
  eachLine(bytes, read, (piece, from, to, at) => {
    const mark = piece.lastIndexOf(MARK, to)
    const depth = depthAt(piece, mark + 2)
    const place = above[depth - 1] ?? ''
    if (place !== run.place) {
      close(at)
      run = { place, from: at }
    }
    if (piece[mark + 1] !== DIRECTORY) return
    const name = piece.toString('utf8', from, mark)
    const inner = place === '' ? name : `${place}/${name}`
    above[depth] = inner
    if (piece.toString('latin1', mark + 1, to).startsWith(`d${depth}.${device}.`)) parts.set(inner, [])
    else elsewhere += 1
  })
  close(bytes)
  return {
    partsOf: place => parts.get(place),
    *empty() {
      for (const [place, found] of parts) if (found.length === 0) yield place
    },
    count: parts.size + elsewhere,
  }
}

type Told = (piece: Buffer, from: number, to: number, at: number) => void

/** Tells of each line where it stands in which piece, without the byte at its end, and where in everything. */
function eachLine(bytes: number, read: (from: number, to: number) => Buffer, told: Told): void {
  for (let begin = 0; begin < bytes; ) {
    const piece = read(begin, Math.min(bytes, begin + PIECE))
    let from = 0
    for (let to = piece.indexOf(END_OF_LINE, from); to >= 0; to = piece.indexOf(END_OF_LINE, from)) {
      told(piece, from, to, begin + from)
      from = to + 1
    }
    if (from === 0) throw new Error('A line of find has no end.')
    begin += from
  }
}

function depthAt(piece: Buffer, at: number): number {
  let depth = 0
  for (let i = at; piece[i] !== POINT; i += 1) {
    const digit = (piece[i] ?? 0) - 0x30
    if (digit < 0 || digit > 9) return 0
    depth = depth * 10 + digit
  }
  return depth
}
