// Which pages of a long list are asked for, when, and when again.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PagesInSight } from './pages-in-sight.ts'

interface Question {
  readonly page: number
  readonly resolve: (entries: readonly string[]) => void
  readonly reject: (error: unknown) => void
}

/** Questions and timers are answered as the test wants. */
function setUp() {
  const open = new Set<Question>()
  const timers = new Set<{ readonly act: () => void; readonly ms: number }>()
  const faults: unknown[] = []
  const ask = (page: number, signal: AbortSignal) =>
    new Promise<readonly string[]>((resolve, reject) => {
      const question = { page, resolve, reject }
      open.add(question)
      signal.addEventListener('abort', () => {
        open.delete(question)
        reject(signal.reason)
      })
    })
  const later = (act: () => void, ms: number) => {
    const timer = { act, ms }
    timers.add(timer)
    return () => void timers.delete(timer)
  }
  const pages = new PagesInSight<string>({ ask, later, onnews: fault => void (fault && faults.push(fault)) })
  return {
    ...{ pages, faults, asked: () => [...open].map(({ page }) => page), waits: () => [...timers].map(({ ms }) => ms) },
    async answer(text = 'page') {
      const [question] = open
      if (question === undefined) return
      open.delete(question)
      question.resolve([`${text} ${question.page}`])
      await turn()
    },
    async fail() {
      const [question] = open
      if (question === undefined) return
      open.delete(question)
      question.reject(new Error(`no page ${question.page}`))
      await turn()
    },
    async passTime() {
      const [timer] = timers
      timer?.act()
      await turn()
    },
  }
}

/** What was begun has gone as far as it goes. */
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

test('what is in sight is asked for, two pages at once', async () => {
  const { pages, asked, answer } = setUp()
  pages.show(4, 6)
  expect(asked()).toEqual([4, 5])
  await answer()
  expect([pages.get(4), asked()]).toEqual([['page 4'], [5, 6]])
  await answer()
  await answer()
  pages.show(5, 6)
  expect(asked()).toEqual([])
})

test('who scrolls on waits for nothing that is out of sight by then', async () => {
  const { pages, asked, answer, faults } = setUp()
  for (const first of [0, 10, 20, 30]) pages.show(first, first + 1)
  await turn()
  expect(asked()).toEqual([30, 31])
  await answer()
  expect([pages.get(30), faults]).toEqual([['page 30'], []])
})

test('after a fault it is asked again, later each time, and at once when somebody asks for it', async () => {
  const { pages, asked, fail, faults, waits, passTime, answer } = setUp()
  pages.show(0, 0)
  await fail()
  expect([asked(), faults.length, waits()]).toEqual([[], 1, [500]])
  await passTime()
  expect(asked()).toEqual([0])
  await fail()
  expect(waits()).toEqual([1000])
  pages.refresh()
  expect([asked(), waits()]).toEqual([[0], []])
  await answer()
  expect([pages.get(0), waits()]).toEqual([['page 0'], []])
})

test('who scrolls while it rests gets what is in sight then', async () => {
  const { pages, asked, fail, passTime, answer } = setUp()
  pages.show(0, 0)
  await fail()
  pages.show(7, 7)
  expect(asked()).toEqual([])
  await passTime()
  expect(asked()).toEqual([7])
  await answer()
  expect(pages.get(7)).toEqual(['page 7'])
})

test('what was on its way when something changed is asked for again', async () => {
  const { pages, asked, answer } = setUp()
  pages.show(0, 0)
  pages.refresh()
  await answer('before')
  expect([pages.get(0), asked()]).toEqual([['before 0'], [0]])
  await answer('after')
  expect([pages.get(0), asked()]).toEqual([['after 0'], []])
})

test('old pages are forgotten, and those in sight are not', async () => {
  const { pages, answer } = setUp()
  for (let page = 0; page < 50; page += 1) {
    pages.show(page, page)
    await answer()
  }
  expect([pages.get(0), pages.get(49)]).toEqual([undefined, ['page 49']])
})

test('when it ends, nothing more is asked for', async () => {
  const { pages, asked, fail, waits } = setUp()
  pages.show(0, 3)
  await fail()
  pages.end()
  await turn()
  expect([asked(), waits()]).toEqual([[], []])
})

const Step = fc.oneof(
  fc.record({ do: fc.constant('show' as const), first: fc.nat(60), more: fc.nat(2) }),
  fc.record({ do: fc.constantFrom('answer', 'fail', 'refresh', 'passTime') }),
)

test('whatever happens on the way, in the end all that is in sight is there, and as it is now', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { maxLength: 40 }), fc.nat(60), async (steps, at) => {
      const made = setUp()
      for (const step of steps) {
        if (step.do === 'show') made.pages.show(step.first, step.first + step.more)
        else if (step.do === 'refresh') made.pages.refresh()
        else await made[step.do]()
      }
      made.pages.refresh()
      made.pages.show(at, at + 2)
      for (let n = 0; n < 20; n += 1) {
        await made.passTime()
        await made.answer('now')
      }
      for (const page of [at, at + 1, at + 2]) expect(made.pages.get(page)).toEqual([`now ${page}`])
    }),
    { numRuns: 300 },
  )
})
