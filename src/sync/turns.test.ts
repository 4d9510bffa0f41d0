import { expect, it } from 'vitest'
import type { Path } from '../model/path.ts'
import { Turns } from './turns.ts'

/** Something that ends when it is told to. */
function held() {
  let end = () => {}
  const until = new Promise<void>(resolve => {
    end = resolve
  })
  return { end, until }
}

const path = (text: string) => text as Path
const turn = () => new Promise(setImmediate)

it('what is elsewhere does not wait', async () => {
  const turns = new Turns()
  const first = held()
  const story: string[] = []
  const one = turns.take([path('a/x')], () => first.until)
  await turns.take([path('a/y'), path('ab')], async () => void story.push('beside'))
  expect(story).toEqual(['beside'])
  first.end()
  await one
})

it.each([
  ['the same path', 'a/x'],
  ['the directory it is in', 'a'],
  ['something below it', 'a/x/deep'],
])('%s waits until the change has ended, whatever came of it', async (_, other) => {
  const turns = new Turns()
  const first = held()
  const story: string[] = []
  const one = turns.take([path('a/x')], async () => {
    await first.until
    story.push('first')
    throw new Error('failed')
  })
  const two = turns.take([path('b'), path(other)], async () => void story.push('second'))
  await turn()
  expect(story).toEqual([])
  first.end()
  await expect(one).rejects.toThrow('failed')
  await two
  expect(story).toEqual(['first', 'second'])
  expect(turns.isBusy(path('a/x'))).toBe(false)
})

it('those who wait come one after the other, and nobody beside them', async () => {
  const turns = new Turns()
  let inside = 0
  let most = 0
  const enter = () =>
    turns.take([path('a')], async () => {
      inside += 1
      most = Math.max(most, inside)
      await turn()
      inside -= 1
    })
  await Promise.all([enter(), enter(), enter(), enter()])
  expect(most).toBe(1)
})

it('a path is busy when it or a directory above it is changed, not when something in it is', async () => {
  const turns = new Turns()
  const first = held()
  const one = turns.take([path('a/x')], () => first.until)
  const busy = ['a', 'a/x', 'a/x/deep/er', 'a/xy'].map(text => turns.isBusy(path(text)))
  expect(busy).toEqual([false, true, true, false])
  first.end()
  await one
})
