// A replica whose bytes are counted, and let through at the pace that somebody else sets.
import { SyncError } from '../model/errors.ts'
import type { Path } from '../model/path.ts'
import type { Replica, Source } from './replica.ts'

/** As seen from the folder: to the replica, or from it. */
export type Direction = 'upload' | 'download'

export interface Meter {
  /** A file begins to move, from byte `from` on. */
  begin(path: Path, direction: Direction, from: number): Flow
  /** Many small files that move as one: resolves when they may. May throw a `SyncError` of the scope `entry`: they cannot now. */
  pass(bytes: number, direction: Direction, signal: AbortSignal): Promise<void>
}

/** One file on its way. */
export interface Flow {
  /** So many bytes more: resolves when they may go on. May throw a `SyncError` of the scope `entry`: the file cannot come now. */
  pass(bytes: number, signal: AbortSignal): Promise<void>
  /** It moves no more, whether it arrived or not. */
  end(): void
}

/** `replica` with a meter on every way that bytes take. Whatever else it can do stays as it is. */
export function metered(replica: Replica, meter: Meter): Replica {
  const { readMany, stageMany } = replica
  const own: Partial<Replica> = {
    read: (path, expect, from, signal, chunks) =>
      counted(replica.read(path, expect, from, signal, chunks), () => meter.begin(path, 'download', from), signal),
    stage: async (source, resume, signal) => {
      await meter.pass(source.bytes?.length ?? 0, 'upload', signal)
      return replica.stage(meteredSource(source, meter, signal), resume, signal)
    },
    ...(readMany === undefined
      ? {}
      : {
          readMany: async (wanted, signal) => {
            const refusal = await refusalOf(() => meter.pass(total(wanted), 'download', signal))
            return refusal === undefined ? readMany.call(replica, wanted, signal) : wanted.map(() => refusal)
          },
        }),
    ...(stageMany === undefined
      ? {}
      : {
          stageMany: async (sources, signal) => {
            await meter.pass(total(sources), 'upload', signal)
            return stageMany.call(replica, sources, signal)
          },
        }),
  }
  return new Proxy(replica, {
    get(target, key) {
      if (PAST_THE_METER.has(key)) return undefined
      const value: unknown = Reflect.get(Object.hasOwn(own, key) ? own : target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const PAST_THE_METER: ReadonlySet<unknown> = new Set<keyof Replica>(['located', 'stageFrom'])

/** A replica may open a source when it is staged, or only when it is committed. */
function meteredSource(source: Source, meter: Meter, signal: AbortSignal): Source {
  return {
    ...source,
    open: (from, chunks) => counted(source.open(from, chunks), () => meter.begin(source.path, 'upload', from), signal),
    sum: kind => source.sum(kind),
  }
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  begin: () => Flow,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const flow = begin()
  try {
    for await (const piece of bytes) {
      await flow.pass(piece.length, signal)
      yield piece
    }
  } finally {
    flow.end()
  }
}

/** What concerns only the files that it was about stands in the place of each. */
async function refusalOf(pass: () => Promise<void>): Promise<SyncError | undefined> {
  try {
    await pass()
    return undefined
  } catch (error) {
    if (error instanceof SyncError && error.scope === 'entry') return error
    throw error
  }
}

function total(items: readonly { readonly size: number }[]): number {
  return items.reduce((sum, { size }) => sum + size, 0)
}
