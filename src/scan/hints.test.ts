import { describe, expect, it } from 'vitest'
import type { Path, Place } from '../model/path.ts'
import { Hints, type Timers } from './hints.ts'

/** Time that passes only when told. */
class TestTimers implements Timers {
  time = 0
  #next = 0
  readonly #set = new Map<number, { at: number; act: () => void }>()
  now() {
    return this.time
  }
  after(ms: number, act: () => void) {
    this.#next += 1
    const id = this.#next
    this.#set.set(id, { at: this.time + ms, act })
    return () => void this.#set.delete(id)
  }
  pass(ms: number) {
    const end = this.time + ms
    for (;;) {
      const due = [...this.#set].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0]
      if (due === undefined) break
      this.#set.delete(due[0])
      this.time = due[1].at
      due[1].act()
    }
    this.time = end
  }
  get waiting() {
    return this.#set.size
  }
}

function setUp(maxEvents = 8000, quickMs?: number) {
  const timers = new TestTimers()
  const told: string[] = []
  const hints = new Hints({
    timers,
    limits: { quietMs: 100, maxWaitMs: 2000, maxEvents, ...(quickMs === undefined ? {} : { quickMs }) },
    onHint: (place, reach) => told.push(`${timers.time} ${place} ${reach}`),
    onBurst: () => told.push(`${timers.time} burst`),
  })
  return { timers, told, add: (place: string) => hints.add(place as Place), hints }
}

describe('Hints', () => {
  it('wait until a place is quiet, each for itself', () => {
    const { timers, told, add } = setUp()
    add('a')
    timers.pass(60)
    add('b')
    add('b')
    timers.pass(1000)
    expect(told).toEqual(['100 a here', '160 b here'])
    expect(timers.waiting).toBe(0)
  })

  it('wait no longer than the limit in a place that is never quiet', () => {
    const { timers, told, add } = setUp()
    for (let i = 0; i < 60; i += 1) {
      add('a')
      timers.pass(50)
    }
    expect(told).toEqual(['2000 a here'])
  })

  it('for a place and all below it say so, whatever else happens there', () => {
    const { timers, told, add, hints } = setUp()
    hints.add('', 'below')
    add('')
    timers.pass(200)
    expect(told).toEqual(['100  below'])
  })

  it('become one when there are too many', () => {
    const { timers, told, add } = setUp(10)
    for (let i = 0; i < 30; i += 1) add(`d${i}`)
    timers.pass(300)
    expect(told).toEqual(['100 burst'])
    add('a')
    timers.pass(300)
    expect(told).toEqual(['100 burst', '400 a here'])
  })

  it('many over a long time are no burst', () => {
    const { timers, told, add } = setUp(10)
    for (let i = 0; i < 30; i += 1) {
      add('a')
      timers.pass(500)
    }
    expect(told).toHaveLength(30)
    expect(told.some(text => text.includes('burst'))).toBe(false)
  })

  it('where names are gone are told with those where names came, so that a move can be seen', () => {
    const { timers, told, hints, add } = setUp()
    hints.add('from' as Place, 'here', 'came')
    timers.pass(60)
    hints.add('to' as Place, 'here', 'came')
    add('written')
    timers.pass(50)
    expect(told).toEqual(['100 from here'])
    hints.add('from' as Place, 'here', 'gone')
    timers.pass(20)
    hints.add('from' as Place, 'here')
    hints.add('to' as Place, 'here', 'came')
    timers.pass(100)
    expect(told).toEqual(['100 from here', '160 written here', '230 to here', '230 from here'])
  })

  it('about what is gone are forgotten', () => {
    const { timers, told, add, hints } = setUp()
    add('a/b')
    add('a')
    add('ab')
    hints.forget('a' as Path)
    timers.pass(200)
    expect(told).toEqual(['100 ab here'])
  })

  it('are silent once closed', () => {
    const { timers, told, add, hints } = setUp()
    add('a')
    hints.close()
    timers.pass(300)
    expect(told).toEqual([])
  })

  it('come at once for one file that is saved, and then when its place is quiet again', () => {
    const { timers, told, add } = setUp(8000, 15)
    add('a')
    timers.pass(5)
    add('a')
    timers.pass(60)
    add('a')
    timers.pass(300)
    add('a')
    timers.pass(300)
    expect(told).toEqual(['20 a here', '165 a here', '380 a here'])
  })

  it('come at once when a file was written beside another and took its name, and not while it only has a name of its own', () => {
    const { timers, told, hints } = setUp(8000, 15)
    hints.add('a' as Place, 'here', 'came')
    timers.pass(40)
    hints.add('a' as Place, 'here', 'gone')
    hints.add('a' as Place, 'here', 'came')
    timers.pass(300)
    hints.add('new' as Place, 'here', 'came')
    timers.pass(300)
    hints.add('old' as Place, 'here', 'gone')
    timers.pass(300)
    expect(told).toEqual(['55 a here', '440 new here', '740 old here'])
  })

  it('wait until it is quiet where much happens at once', () => {
    const { timers, told, add } = setUp(8000, 15)
    for (let i = 0; i < 20; i += 1) {
      add('a')
      timers.pass(5)
    }
    timers.pass(300)
    expect(told).toEqual(['195 a here'])
  })

  it('are told in time when one that is due sooner comes after others', () => {
    const { timers, told, hints } = setUp(8000, 15)
    hints.add('new' as Place, 'here', 'came')
    timers.pass(10)
    hints.add('a' as Place)
    timers.pass(300)
    expect(told).toEqual(['25 a here', '100 new here'])
  })
})
