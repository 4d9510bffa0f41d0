// Group P: the disk is full. Nothing is torn, nothing empty is uploaded, and it goes on when there is room.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { smallDisk } from '../small-disk.ts'
import { Stage } from './stage.ts'

const disk = smallDisk(8)

test.skipIf(disk === undefined)(
  'P01 a full disk ends the run; nothing is torn or deleted, and with room it goes on',
  async () => {
    if (disk === undefined) return
    const stage = await Stage.open('nextcloud', 'back', {}, disk.path)
    try {
      stage.perform('a', [{ do: 'write', path: 'small', text: 'fits' }])
      await stage.run()
      mkdirSync(join(disk.path, 'filler'))
      writeFileSync(join(disk.path, 'filler', 'file'), Buffer.alloc(5_000_000))
      const big = 'big '.repeat(1_000_000)
      stage.perform('a', [
        { do: 'write', path: 'big', text: big },
        { do: 'remove', path: 'small' },
      ])
      const full = await stage.run()
      expect(full.error?.code ?? full.summary?.unsynced.map(({ because }) => because)).toEqual('disk-full')
      expect(stage.local.list().has('big')).toBe(false)
      expect(stage.remote.textsAt('big')).toEqual([big])
      rmSync(join(disk.path, 'filler'), { recursive: true })
      stage.letTimePass(3_600_000)
      await stage.run()
      expect([...stage.local.list().keys()]).toEqual(['big'])
      expect(stage.local.textsAt('big')).toEqual([big])
      expect(stage.lost()).toEqual([])
    } finally {
      await stage.close()
      disk.remove()
    }
  },
)
